using Chat.Client.FullScreen;
using Xunit;

namespace Chat.Tests.FullScreen;

public sealed class ScreenWriterTests
{
    readonly ScreenWriter _writer = new(hasColours: true);

    [Fact]
    public void Only_rows_that_are_different_are_written_again()
    {
        var first = _writer.Write(Drawn("one", "two"));
        var second = _writer.Write(Drawn("one", "other"));

        Assert.Contains("one", first, StringComparison.Ordinal);
        Assert.DoesNotContain("one", second, StringComparison.Ordinal);
        Assert.Contains("\u001b[2;1H", second, StringComparison.Ordinal);
        Assert.Contains("other", second, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_of_another_size_is_painted_anew()
    {
        _writer.Write(Drawn("one", "two"));

        var written = _writer.Write(Drawn("one", "two", "three"));

        Assert.Contains("\u001b[2J", written, StringComparison.Ordinal);
        Assert.Contains("one", written, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_forgotten_is_painted_anew()
    {
        _writer.Write(Drawn("one"));
        _writer.Forget();

        Assert.Contains("one", _writer.Write(Drawn("one")), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_piece_is_put_at_its_column_and_the_cursor_where_one_types()
    {
        var frame = new Frame(20, 2) { CursorRow = 1, CursorColumn = 4 };
        frame.Put(0, 0, "你好");
        frame.Put(0, 10, "right", Look.Alert);

        var written = _writer.Write(frame);

        Assert.Contains("\u001b[1;11H\u001b[1;33mright\u001b[0m", written, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[2;5H\u001b[?25h", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_colours_looks_are_bold_dim_and_reverse()
    {
        var frame = new Frame(80, 1);
        foreach (var look in Enum.GetValues<Look>())
            frame.Put(0, (int)look * 5, "x", look);

        var written = new ScreenWriter(hasColours: false).Write(frame);

        Assert.DoesNotMatch("\u001b\\[[0-9;]*(3[0-7]|4[0-7])m", written);
        Assert.Contains("\u001b[7mx", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_text_is_harmless_in_a_frame()
    {
        var frame = new Frame(30, 1);
        frame.Put(0, 0, "\u001b]52;c;aGFjaw==\u0007\u202eevil");

        var written = _writer.Write(frame);

        Assert.DoesNotContain("\u001b]", written, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', written);
        Assert.DoesNotContain('\u202e', written);
    }

    [Fact]
    public void What_is_outside_of_the_screen_is_left_out()
    {
        var frame = new Frame(5, 1);
        frame.Put(-1, 0, "above");
        frame.Put(1, 0, "below");
        frame.Put(0, 5, "beside");
        var behind = frame.Put(0, 3, "wide");

        Assert.Equal("   w…", frame.TextOf(0));
        Assert.Equal(5, behind);
    }

    static Frame Drawn(params string[] rows)
    {
        var frame = new Frame(20, rows.Length);
        for (var row = 0; row < rows.Length; row++)
            frame.Put(row, 0, rows[row]);
        return frame;
    }
}
