namespace Chat.Client.FullScreen;

/// <summary>How a piece of text looks. Everything that it tells is told by the text too: a terminal may have no colours.</summary>
enum Look
{
    Plain,
    Dim,
    Bold,
    Name,
    OwnName,
    Alert,
    Error,
    Bar,
    Selected,
}

/// <summary>A piece of a row.</summary>
/// <param name="Column">Where it begins, from 0.</param>
/// <param name="Text">Harmless for a terminal (<see cref="CellText"/>).</param>
/// <param name="Look">How it looks.</param>
readonly record struct Piece(int Column, string Text, Look Look);

/// <summary>What is to be seen on the whole screen, and where the cursor stands.</summary>
sealed class Frame(int width, int height)
{
    readonly List<Piece>[] _rows = [.. Enumerable.Range(0, height).Select(_ => new List<Piece>())];

    public int Width => width;

    public int Height => height;

    public int CursorRow { get; set; }

    public int CursorColumn { get; set; }

    public IReadOnlyList<Piece> this[int row] => _rows[row];

    /// <summary>Puts text into a row, cut where there is no room; what is outside of the screen is left out.</summary>
    /// <returns>The column behind it.</returns>
    public int Put(int row, int column, string text, Look look = Look.Plain, int? room = null)
    {
        if (row < 0 || row >= height || column >= width)
            return column;
        var cut = CellText.Cut(text, Math.Min(width - column, room ?? width));
        if (cut.Length > 0)
            _rows[row].Add(new(column, cut, look));
        return column + CellText.Width(cut);
    }

    /// <summary>The row as plain text; for tests, and for nobody else.</summary>
    public string TextOf(int row)
    {
        var (text, at) = (new System.Text.StringBuilder(), 0);
        foreach (var piece in _rows[row].OrderBy(piece => piece.Column))
        {
            text.Append(' ', Math.Max(piece.Column - at, 0)).Append(piece.Text);
            at = piece.Column + CellText.Width(piece.Text);
        }

        return text.ToString().TrimEnd(' ');
    }
}
