namespace Chat.Client.Terminal;

/// <summary>A line that is being typed, and the lines typed before. Knows keys, but no screen.</summary>
sealed class LineBuffer
{
    const int MaxHistory = 500;

    readonly List<string> _history = [];
    int _historyAt;
    string _unfinished = "";

    public string Text { get; private set; } = "";

    /// <summary>In front of which character one types.</summary>
    public int Cursor { get; private set; }

    /// <summary>Takes the line away; it can be recalled with the arrow keys.</summary>
    public string Finish(bool isSecret)
    {
        var line = Text;
        if (!isSecret && line.Length > 0 && (_history.Count == 0 || _history[^1] != line))
            _history.Add(line);
        if (_history.Count > MaxHistory)
            _history.RemoveAt(0);
        _historyAt = _history.Count;
        _unfinished = "";
        (Text, Cursor) = ("", 0);
        return line;
    }

    /// <summary>Begins with another text.</summary>
    public void Set(string text) => (Text, Cursor) = (text, text.Length);

    /// <summary>Puts something in place of the text between an index and the cursor.</summary>
    public void Replace(int from, string text)
    {
        Text = Text[..from] + text + Text[Cursor..];
        Cursor = from + text.Length;
    }

    /// <summary>A key that edits; others do nothing.</summary>
    public void Press(ConsoleKeyInfo key)
    {
        var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow:
                Cursor = isControl ? WordStart() : Left();
                break;
            case ConsoleKey.RightArrow:
                Cursor = isControl ? WordEnd() : Right();
                break;
            case ConsoleKey.Home or ConsoleKey.A when key.Key == ConsoleKey.Home || isControl:
                Cursor = 0;
                break;
            case ConsoleKey.End or ConsoleKey.E when key.Key == ConsoleKey.End || isControl:
                Cursor = Text.Length;
                break;
            case ConsoleKey.Backspace when !isControl:
                Replace(Left(), "");
                break;
            case ConsoleKey.Backspace or ConsoleKey.W when isControl:
                Replace(WordStart(), "");
                break;
            case ConsoleKey.Delete:
                Text = Text[..Cursor] + Text[Right()..];
                break;
            case ConsoleKey.U when isControl:
                Replace(0, "");
                break;
            case ConsoleKey.K when isControl:
                Text = Text[..Cursor];
                break;
            case ConsoleKey.UpArrow:
                Recall(_historyAt - 1);
                break;
            case ConsoleKey.DownArrow:
                Recall(_historyAt + 1);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                    Replace(Cursor, key.KeyChar.ToString());
                break;
        }
    }

    void Recall(int at)
    {
        if (at < 0 || at > _history.Count)
            return;
        if (_historyAt == _history.Count)
            _unfinished = Text;
        _historyAt = at;
        Text = at == _history.Count ? _unfinished : _history[at];
        Cursor = Text.Length;
    }

    int Left() => Cursor == 0 ? 0 : Cursor > 1 && char.IsSurrogatePair(Text[Cursor - 2], Text[Cursor - 1]) ? Cursor - 2 : Cursor - 1;

    int Right() => Cursor == Text.Length ? Cursor
        : Cursor + 1 < Text.Length && char.IsSurrogatePair(Text[Cursor], Text[Cursor + 1]) ? Cursor + 2 : Cursor + 1;

    int WordStart()
    {
        var at = Cursor;
        while (at > 0 && Text[at - 1] == ' ')
            at--;
        while (at > 0 && Text[at - 1] != ' ')
            at--;
        return at;
    }

    int WordEnd()
    {
        var at = Cursor;
        while (at < Text.Length && Text[at] == ' ')
            at++;
        while (at < Text.Length && Text[at] != ' ')
            at++;
        return at;
    }
}
