using System.Globalization;
using System.Text;

namespace Chat.Client.FullScreen;

/// <summary>
/// Turns frames into the bytes of a terminal, row by row, and only the rows that are different. Each piece is put at its column: should a terminal
/// think otherwise about the width of a character, the next column stands right again.
/// </summary>
/// <param name="hasColours">Else bold, dim and reverse alone.</param>
sealed class ScreenWriter(bool hasColours)
{
    /// <summary>Another screen, whose lines are not in the scroll-back.</summary>
    public const string Enter = "\x1b[?1049h\x1b[2J\x1b[H";

    /// <summary>Everything as it was: looks, cursor, screen.</summary>
    public const string Leave = "\x1b[0m\x1b[?25h\x1b[?1049l";

    string[] _shown = [];
    int _width;

    /// <summary>Whatever the terminal shows is painted anew with the next frame.</summary>
    public void Forget() => _shown = [];

    /// <summary>What to write so that the terminal shows the frame.</summary>
    public string Write(Frame frame)
    {
        var output = new StringBuilder("\x1b[?25l");
        if (frame.Width != _width || frame.Height != _shown.Length)
        {
            (_width, _shown) = (frame.Width, new string[frame.Height]);
            output.Append("\x1b[0m\x1b[2J");
        }

        for (var row = 0; row < frame.Height; row++)
        {
            var text = RowOf(frame, row);
            if (text == _shown[row])
                continue;
            _shown[row] = text;
            output.Append(text);
        }

        return output.Append(CultureInfo.InvariantCulture, $"\x1b[{frame.CursorRow + 1};{frame.CursorColumn + 1}H\x1b[?25h").ToString();
    }

    string RowOf(Frame frame, int row)
    {
        var text = new StringBuilder();
        // Emptied first: a piece that is narrower than before leaves nothing behind.
        text.Append(CultureInfo.InvariantCulture, $"\x1b[{row + 1};1H\x1b[0m\x1b[2K");
        foreach (var piece in frame[row])
            text.Append(CultureInfo.InvariantCulture, $"\x1b[{row + 1};{piece.Column + 1}H{CodeOf(piece.Look)}{piece.Text}\x1b[0m");
        return text.ToString();
    }

    string CodeOf(Look look) => look switch
    {
        Look.Dim => "\x1b[2m",
        Look.Bold => "\x1b[1m",
        Look.Name => hasColours ? "\x1b[36m" : "\x1b[1m",
        Look.OwnName => hasColours ? "\x1b[32m" : "\x1b[1m",
        Look.Alert => hasColours ? "\x1b[1;33m" : "\x1b[1m",
        Look.Error => hasColours ? "\x1b[31m" : "\x1b[1m",
        Look.Bar => hasColours ? "\x1b[37;44m" : "\x1b[7m",
        Look.Selected => "\x1b[7m",
        _ => "",
    };
}
