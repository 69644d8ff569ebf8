using System.Threading.Channels;
using Chat.Client.Terminal;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

public sealed class LineEditorTests
{
    readonly LineBuffer _buffer = new();
    readonly Contacts _contacts = new();

    [Fact]
    public void Typing_and_editing_keys_change_the_line()
    {
        Type("hello wurld");
        Press(ConsoleKey.LeftArrow, times: 3);
        Press(ConsoleKey.Backspace);
        Type("o");
        Press(ConsoleKey.Home);
        Press(ConsoleKey.Delete);
        Type("H");
        Press(ConsoleKey.End);
        Type("!");

        Assert.Equal("Hello world!", _buffer.Text);
    }

    [Fact]
    public void Control_keys_move_and_delete_by_words()
    {
        Type("one two three");
        Press(ConsoleKey.W, ConsoleModifiers.Control);
        Assert.Equal("one two ", _buffer.Text);

        Press(ConsoleKey.LeftArrow, ConsoleModifiers.Control);
        Press(ConsoleKey.K, ConsoleModifiers.Control);
        Assert.Equal("one ", _buffer.Text);

        Press(ConsoleKey.U, ConsoleModifiers.Control);
        Assert.Equal("", _buffer.Text);
    }

    [Fact]
    public void A_character_of_two_halves_is_one()
    {
        Type("a😀b");
        Press(ConsoleKey.LeftArrow, times: 2);
        Assert.Equal(1, _buffer.Cursor);

        Press(ConsoleKey.Delete);
        Assert.Equal("ab", _buffer.Text);
    }

    [Fact]
    public void Earlier_lines_are_recalled_and_the_unfinished_one_is_kept()
    {
        foreach (var line in new[] { "one", "two", "two" })
        {
            Type(line);
            Assert.Equal(line, _buffer.Finish(isSecret: false));
        }

        Type("secret");
        _buffer.Finish(isSecret: true);
        Type("unfin");

        var shown = new List<string>();
        foreach (var key in Enumerable.Repeat(ConsoleKey.UpArrow, 3).Concat(Enumerable.Repeat(ConsoleKey.DownArrow, 3)))
        {
            Press(key);
            shown.Add(_buffer.Text);
        }

        Assert.Equal(["two", "one", "one", "two", "unfin", "unfin"], shown);
    }

    [Fact]
    public void Commands_and_names_are_completed()
    {
        Know("bob", "bernd", "alice");
        var completion = new Completion(_contacts, () => 3);

        Assert.Equal(["/history", "/help"], completion.Complete("/h").Candidates);
        Assert.Equal("/h", completion.Complete("/h").CommonStart);
        Assert.Equal(["/quit"], completion.Complete("/q").Candidates);
        Assert.Equal(["bernd", "bob"], completion.Complete("/msg b").Candidates);
        Assert.Equal(5, completion.Complete("/msg b").From);
        Assert.Equal(["bernd", "bob", "g1"], completion.Complete("/history ").Candidates.Where(name => name != "alice"));
        Assert.Equal(["g1"], completion.Complete("/group G").Candidates);
        Assert.Empty(completion.Complete("hello b").Candidates);
        Assert.Equal("/msg WHO TEXT", completion.Complete("/msg bob h").Usage);
    }

    [Fact]
    public async Task The_editor_completes_shows_hints_and_returns_lines()
    {
        Know("bob", "bernd");
        var (editor, keys, screen) = NewEditor();
        Send(keys, "/ms\tb\tob hi\r");

        Assert.Equal("/msg bob hi", await editor.ReadLineAsync("> ", isSecret: false, default));
        Assert.Contains("bernd  bob", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_never_shown()
    {
        var (editor, keys, screen) = NewEditor();
        Send(keys, "pa55word\r");

        Assert.Equal("pa55word", await editor.ReadLineAsync("password: ", isSecret: true, default));
        Assert.DoesNotContain("pa5", screen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('p', screen.ToString().Replace("password: ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Control_c_and_control_d_leave()
    {
        var (editor, keys, _) = NewEditor();
        keys.TryWrite(new('\u0003', ConsoleKey.C, false, false, true));
        keys.TryWrite(new('\u0004', ConsoleKey.D, false, false, true));

        Assert.Null(await editor.ReadLineAsync("> ", isSecret: false, default));
        Assert.Null(await editor.ReadLineAsync("> ", isSecret: false, default));
    }

    [Fact]
    public async Task What_is_printed_above_does_not_disturb_the_line()
    {
        var (editor, keys, screen) = NewEditor();
        Send(keys, "hel");
        var reading = editor.ReadLineAsync("> ", isSecret: false, default);
        editor.PrintAbove(() => screen.WriteLine("a message"));
        Send(keys, "lo\r");

        Assert.Equal("hello", await reading);
        Assert.Contains("\ra message", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_line_scrolls_sideways()
    {
        var (editor, keys, screen) = NewEditor();
        Send(keys, new string('x', 200) + "end\r");

        Assert.EndsWith("end", await editor.ReadLineAsync("> ", isSecret: false, default), StringComparison.Ordinal);
        Assert.All(screen.ToString().Split('\r'), row => Assert.InRange(row.Length, 0, 40));
    }

    [Theory]
    [InlineData("plain äöü 你好 😀", "plain äöü 你好 😀")]
    [InlineData("two\nlines", "two⏎lines")]
    [InlineData("\u001b[31mred\u0007", "·[31mred·")]
    [InlineData("\u202Egpj.exe", "·gpj.exe")]
    public void What_others_write_cannot_control_the_terminal(string text, string expected) => Assert.Equal(expected, Printable.Text(text));

    (LineEditor Editor, ChannelWriter<ConsoleKeyInfo> Keys, StringWriter Screen) NewEditor()
    {
        var keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        var screen = new StringWriter();
        return (new(keys, screen, () => 40, new(_contacts, () => 3)), keys, screen);
    }

    void Know(params string[] names) => _contacts.Learn(new LoginResult(
        3, "me", "", [.. names.Select((name, i) => new FriendEntry(i + 10, name, false))], [new(1, "g1", "", [])], false));

    static void Send(ChannelWriter<ConsoleKeyInfo> keys, string text)
    {
        foreach (var character in text)
        {
            keys.TryWrite(new(character, character switch
            {
                '\r' => ConsoleKey.Enter,
                '\t' => ConsoleKey.Tab,
                _ => ConsoleKey.None,
            }, false, false, false));
        }
    }

    void Type(string text)
    {
        foreach (var character in text)
            _buffer.Press(new(character, ConsoleKey.None, false, false, false));
    }

    void Press(ConsoleKey key, ConsoleModifiers modifiers = ConsoleModifiers.None, int times = 1)
    {
        for (var i = 0; i < times; i++)
            _buffer.Press(new('\0', key, false, false, modifiers.HasFlag(ConsoleModifiers.Control)));
    }
}
