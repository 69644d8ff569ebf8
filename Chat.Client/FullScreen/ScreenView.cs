using Chat.Client.Terminal;

namespace Chat.Client.FullScreen;

/// <summary>What the line at the bottom is for.</summary>
enum InputMode
{
    /// <summary>A message, or a command.</summary>
    Line,

    /// <summary>An answer to the picked message.</summary>
    Reply,

    /// <summary>Another text for it.</summary>
    Edit,

    /// <summary>An emoji for it.</summary>
    React,

    /// <summary>A password: it is not shown.</summary>
    Secret,
}

/// <summary>How the user looks at a <see cref="ChatModel"/>: how far back, which message is picked, what is being typed. Pure.</summary>
sealed class ScreenView
{
    long _bottomSeq; // the newest message at the last look, and how many rows were behind it
    int _bottomBelow;
    int _panelRows;

    public LineBuffer Input { get; } = new();

    public InputMode Mode { get; set; }

    /// <summary>In front of the line, where it is not for a message.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>Rows below the screen; 0: the newest message is to be seen.</summary>
    public int Below { get; private set; }

    /// <summary>Rows that there are, and that are seen at once.</summary>
    public int Rows { get; private set; }

    public int Page { get; private set; } = 1;

    /// <summary>Whether the first row is on the screen.</summary>
    public bool IsAtTop => Below + Page >= Rows;

    /// <summary>The picked message; 0: none.</summary>
    public long Picked { get; private set; }

    /// <summary>Where there is no room for both, the list is seen instead of the messages.</summary>
    public bool ShowsList { get; set; }

    /// <summary>What a command has printed, instead of the messages; null: nothing.</summary>
    public IReadOnlyList<string>? Panel { get; private set; }

    /// <summary>Rows of it above the screen.</summary>
    public int PanelTop { get; private set; }

    /// <summary>One line above the input.</summary>
    public string Notice { get; private set; } = "";

    public bool IsError { get; private set; }

    public void Say(string notice, bool isError = false) => (Notice, IsError) = (notice, isError);

    public void ShowPanel(IReadOnlyList<string>? lines) => (Panel, PanelTop) = (lines, 0);

    public void Scroll(int rows)
    {
        if (Panel is not null)
            PanelTop = Math.Clamp(PanelTop - rows, 0, Math.Max(_panelRows - Page, 0));
        else
            Below = Math.Clamp(Below + rows, 0, Math.Max(Rows - Page, 0));
    }

    /// <summary>Another conversation is looked at, or the newest messages of this one.</summary>
    public void Follow() => (Below, Picked, _bottomSeq) = (0, 0, 0);

    /// <summary>Picks the message above (-1) or below (1) the picked one; below the newest one, none.</summary>
    public void Pick(IReadOnlyList<long> seqs, int step)
    {
        var at = Picked == 0 ? seqs.Count : IndexOf(seqs, Picked);
        var next = at + step;
        if (next >= seqs.Count)
            Picked = 0;
        else if (seqs.Count > 0)
            Picked = seqs[Math.Max(next, 0)];
    }

    public void Unpick() => Picked = 0;

    /// <summary>So many rows the panel has, as wide as it is.</summary>
    public void ResizePanel(int rows) => (_panelRows, PanelTop) = (rows, Math.Clamp(PanelTop, 0, Math.Max(rows - Page, 0)));

    /// <summary>So many rows find room.</summary>
    public void Resize(int page) => Page = Math.Max(page, 1);

    /// <summary>The rows that are seen, of all that there are.</summary>
    public IReadOnlyList<MessageRow> Window(List<MessageRow> rows)
    {
        Rows = rows.Count;
        // Who reads further up does not want to be moved by what comes.
        if (Below > 0 && _bottomSeq > 0 && rows.FindLastIndex(row => row.Seq == _bottomSeq) is >= 0 and var before)
            Below += rows.Count - 1 - before - _bottomBelow;
        if (Picked > 0)
            MoveToPicked(rows);
        Below = Math.Clamp(Below, 0, Math.Max(Rows - Page, 0));
        var newest = rows.FindLastIndex(row => row.Seq > 0);
        (_bottomSeq, _bottomBelow) = newest >= 0 ? (rows[newest].Seq, rows.Count - 1 - newest) : (0, 0);
        var end = Rows - Below;
        return rows.GetRange(Math.Max(end - Page, 0), Math.Min(Page, end));
    }

    void MoveToPicked(List<MessageRow> rows)
    {
        var (first, last) = (rows.FindIndex(row => row.Seq == Picked), rows.FindLastIndex(row => row.Seq == Picked));
        if (first < 0)
        {
            Picked = 0;
            return;
        }

        if (rows.Count - first > Below + Page)
            Below = rows.Count - first - Page;
        if (rows.Count - 1 - last < Below)
            Below = rows.Count - 1 - last;
    }

    static int IndexOf(IReadOnlyList<long> seqs, long seq)
    {
        for (var at = 0; at < seqs.Count; at++)
        {
            if (seqs[at] == seq)
                return at;
        }

        return seqs.Count;
    }
}
