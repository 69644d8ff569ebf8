using System.Threading.Channels;
using Spectre.Console;

namespace Chat.Client.Terminal;

/// <summary>
/// The bottom line of the terminal, where one types while messages appear above. Long lines scroll sideways, so that the
/// line is always one row, and drawing takes nothing but a carriage return.
/// </summary>
sealed class LineEditor(ChannelReader<ConsoleKeyInfo> keys, TextWriter output, Func<int> getWidth, Completion completion)
{
    readonly Lock _gate = new();
    readonly LineBuffer _buffer = new();
    string? _prompt;
    bool _isSecret;
    int _drawnWidth;

    /// <summary>The next line; null when the user wants to leave.</summary>
    public async Task<string?> ReadLineAsync(string prompt, bool isSecret, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            (_prompt, _isSecret) = (prompt, isSecret);
            Draw();
        }

        await foreach (var key in keys.ReadAllAsync(cancellationToken))
        {
            lock (_gate)
            {
                if (IsLeaving(key))
                    return null;
                if (key.Key == ConsoleKey.Enter)
                    return Finish();
                if (key.Key == ConsoleKey.Tab && !isSecret)
                    Complete();
                else
                    _buffer.Press(key);
                Draw();
            }
        }

        return null;
    }

    /// <summary>Prints whole lines above the line that is being typed.</summary>
    public void PrintAbove(Action print)
    {
        lock (_gate)
        {
            Erase();
            print();
            Draw();
        }
    }

    bool IsLeaving(ConsoleKeyInfo key) => key.Modifiers.HasFlag(ConsoleModifiers.Control)
        && (key.Key == ConsoleKey.C || (key.Key == ConsoleKey.D && _buffer.Text.Length == 0));

    string Finish()
    {
        Erase();
        _prompt = null;
        return _buffer.Finish(_isSecret);
    }

    void Complete()
    {
        var offer = completion.Complete(_buffer.Text[.._buffer.Cursor]);
        if (offer.Candidates.Count == 1)
        {
            _buffer.Replace(offer.From, offer.Candidates[0] + " ");
            return;
        }

        if (offer.From + offer.CommonStart.Length > _buffer.Cursor)
        {
            _buffer.Replace(offer.From, offer.CommonStart);
            return;
        }

        var hint = offer.Candidates.Count > 0 ? string.Join("  ", offer.Candidates) : offer.Usage;
        if (hint is null)
            return;
        Erase();
        output.WriteLine(hint);
    }

    void Draw()
    {
        if (_prompt is null)
            return;
        Erase();
        var room = Math.Max(getWidth() - _prompt.Length - 1, 10);
        // A secret is not even shown as stars: its length is nobody's business.
        var text = _isSecret ? "" : Printable.Text(_buffer.Text);
        var cursor = _isSecret ? 0 : Math.Min(_buffer.Cursor, text.Length);
        var start = 0;
        while (text[start..cursor].GetCellWidth() >= room)
            start++;
        var end = text.Length;
        while (text[start..end].GetCellWidth() > room)
            end--;
        output.Write($"{_prompt}{text[start..end]}");
        // Back to the start, and as far as the cursor is to stand.
        output.Write($"\r{_prompt}{text[start..cursor]}");
        output.Flush();
        _drawnWidth = _prompt.Length + text[start..end].GetCellWidth();
    }

    void Erase()
    {
        if (_drawnWidth > 0)
            output.Write($"\r{new string(' ', _drawnWidth)}\r");
        _drawnWidth = 0;
    }
}
