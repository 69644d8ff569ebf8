using System.Threading.Channels;
using Chat.Client.FullScreen;
using Chat.Client.Terminal;
using Chat.Protocol;
using Chat.Tests.Client;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.FullScreen;

/// <summary>The whole of it against a server that is played, with keys from a test and a terminal that is a text.</summary>
public sealed class FullScreenSessionTests : ClientScenario
{
    readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
    readonly WrittenText _written = new();

    [Fact]
    public async Task A_line_is_sent_to_the_conversation_that_is_open()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 1));
        Server.Post(Bob, AliceAndBob, "hello alice");
        var session = Start();
        await SeesAsync("hello alice");

        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("bob: hello alice");
        Type("hi bob");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: hi bob ✓");

        Assert.Equal("hi bob", Server.Store.Log(AliceAndBob)[^1].Text);
        Assert.Equal(0, await LeaveAsync(session));
    }

    [Fact]
    public async Task What_is_open_is_read()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 1) { Unread = 1 });
        var posted = Server.Post(Bob, AliceAndBob, "hello alice");
        var session = Start();
        await SeesAsync("hello alice");
        Assert.Empty(Server.Requests.Items.OfType<ReadRequest>());

        Press(ConsoleKey.N, ConsoleModifiers.Control);

        var read = await Server.Requests.FirstAsync<ReadRequest>();
        Assert.Equal((AliceAndBob, posted.Seq), (read.Conversation, read.Seq));
        await LeaveAsync(session);
    }

    [Fact]
    public async Task A_lost_connection_is_told_and_what_was_typed_goes_out_later()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 0));
        var session = Start();
        await SeesAsync("bob");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        Server.IsDown = true;
        Server.DropConnections();
        await SeesAsync("reconnecting");

        Type("are you there?");
        Press(ConsoleKey.Enter);
        await SeesAsync("… sending");
        Server.IsDown = false;

        await SeesAsync("you: are you there? ✓");
        await LeaveAsync(session);
    }

    [Fact]
    public async Task A_message_is_picked_answered_reacted_to_and_taken_back_with_letters()
    {
        Server.Features = [.. Server.Features, "replies"];
        Server.Live.Listed.Add(new(AliceAndBob, 1));
        var posted = Server.Post(Bob, AliceAndBob, "lunch?");
        var session = Start();
        await SeesAsync("lunch?");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("bob: lunch?");

        Press(ConsoleKey.UpArrow);
        Type("r");
        await SeesAsync("reply to bob>");
        Type("yes");
        Press(ConsoleKey.Enter);
        await SeesAsync("│ bob: lunch?");
        await SeesAsync("you: yes ✓");

        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Type("a");
        await SeesAsync("emoji>");
        Type("👍");
        Press(ConsoleKey.Enter);
        await SeesAsync("👍 1");
        var reaction = await Server.Requests.FirstAsync<ChangeMessageRequest>();
        Assert.Equal((posted.Seq, ChangeKind.React, "👍"), (reaction.Seq, reaction.Kind, reaction.Text));

        Press(ConsoleKey.UpArrow);
        Type("x");
        await SeesAsync("(taken back by you)");
        await LeaveAsync(session);
    }

    [Fact]
    public async Task Older_messages_come_when_one_goes_up()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 120));
        for (var at = 1; at <= 120; at++)
            Server.Post(Bob, AliceAndBob, $"message {at}.");
        var session = Start();
        await SeesAsync("message 120.");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("bob: message 120.");

        Press(ConsoleKey.Home);

        await Eventually.EqualAsync(true, () =>
        {
            Press(ConsoleKey.PageUp);
            return Task.FromResult(_written.Text.Contains("message 3.", StringComparison.Ordinal));
        });
        Assert.Contains(Server.Requests.Items.OfType<FetchHistoryRequest>(), request => request.Before > 0);
        await LeaveAsync(session);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Others_see_that_one_writes_until_the_line_is_sent_or_wiped_out(bool isSent)
    {
        Server.Live.Listed.Add(new(AliceAndBob, 1));
        Server.Post(Bob, AliceAndBob, "hello alice");
        var session = Start();
        await SeesAsync("hello alice");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("bob: hello alice");
        Type("hi");
        if (isSent)
            Press(ConsoleKey.Enter);
        else
        {
            Press(ConsoleKey.Backspace);
            Press(ConsoleKey.Backspace);
        }

        await Eventually.EqualAsync("True, False", () => Task.FromResult<string?>(Typed()));
        Assert.Equal(isSent ? 1 : 0, Server.Requests.Items.Count(request => request is SendMessageRequest));
        await LeaveAsync(session);

        string Typed() => string.Join(", ", Server.Requests.Items.OfType<TypingRequest>().Select(typing => typing.IsOn));
    }

    [Fact]
    public async Task A_line_for_nobody_stays_and_a_message_to_somebody_opens_the_conversation()
    {
        var session = Start();
        await SeesAsync("logged in as alice");
        Type("hello");
        Press(ConsoleKey.Enter);
        await SeesAsync("to whom?");
        for (var i = 0; i < "hello".Length; i++)
            Press(ConsoleKey.Backspace);
        Type("/msg 2 hi");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: hi ✓");
        Type("and again");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: and again ✓");

        Assert.Equal(["hi", "and again"], Server.Store.Log(AliceAndBob).Select(message => message.Text));
        await LeaveAsync(session);
    }

    [Fact]
    public async Task What_is_typed_behind_a_choice_goes_to_who_was_chosen_or_to_nobody()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 0));
        var session = Start();
        await SeesAsync("logged in as alice");
        Type("/to 2");
        Press(ConsoleKey.Enter);
        Type("for bob");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: for bob ✓");

        Type("/to nobody-of-that-name");
        Press(ConsoleKey.Enter);
        Type("for nobody");
        Press(ConsoleKey.Enter);
        await SeesAsync("what was typed behind it was not taken");

        Assert.Equal(["for bob"], Server.Store.Log(AliceAndBob).Select(message => message.Text));
        await LeaveAsync(session);
    }

    [Fact]
    public async Task Commands_work_as_without_the_full_screen()
    {
        var session = Start();
        await SeesAsync("logged in as alice");
        Type("/help");
        Press(ConsoleKey.Enter);
        await SeesAsync("send a message to a user");
        Press(ConsoleKey.Escape);
        Type("/nonsense");
        Press(ConsoleKey.Enter);
        await SeesAsync("there is no /nonsense");
        Type("/to 2");
        Press(ConsoleKey.Enter);
        await SeesAsync("nothing was said here yet");
        Type("/quit");
        Press(ConsoleKey.Enter);

        Assert.Equal(0, await session.WaitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task The_password_is_asked_for_and_never_written()
    {
        var session = Start(name: null);
        await SeesAsync("/login NAME");
        Type("/login alice");
        Press(ConsoleKey.Enter);
        await SeesAsync("password of alice");
        Type("pw");
        Press(ConsoleKey.Enter);
        await SeesAsync("logged in as alice");

        Assert.DoesNotContain("pw", _written.Text, StringComparison.Ordinal);
        await LeaveAsync(session);
    }

    [Fact]
    public async Task The_terminal_is_given_back_whatever_happens()
    {
        var session = Start();
        await SeesAsync("logged in as alice");
        await LeaveAsync(session);

        Assert.StartsWith("\u001b[?1049h", _written.Text, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[?25h\u001b[?1049l", _written.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_it_with_a_word_about_it()
    {
        await Server.DisposeAsync();

        Assert.Equal(3, await Start().WaitAsync(Eventually.Patience));
        Assert.Contains($"{Server.Port}", _written.Text[_written.Text.IndexOf("\u001b[?1049l", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_of_others_cannot_write_to_the_terminal()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 1));
        Server.Post(Bob, AliceAndBob, "\u001b]52;c;aGFjaw==\u0007\u001b[2Jend");
        var session = Start();
        await SeesAsync("]52;c");
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync("[2Jend");
        await LeaveAsync(session);

        Assert.DoesNotContain("\u001b]52", _written.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', _written.Text);
        Assert.DoesNotContain("\u001b[2Jend", _written.Text, StringComparison.Ordinal);
    }

    Task<int> Start(string? name = "alice")
    {
        var options = new TerminalOptions(Server.Options()) { Name = name, Password = name is null ? null : "pw" };
        return RunAsync(new(options, new(_written, _keys.Reader, () => (80, 20)) { HasColours = true }));

        static async Task<int> RunAsync(FullScreenSession session)
        {
            await using (session)
                return await session.RunAsync(CancellationToken.None);
        }
    }

    Task<int> LeaveAsync(Task<int> session)
    {
        Press(ConsoleKey.C, ConsoleModifiers.Control);
        return session.WaitAsync(Eventually.Patience);
    }

    Task SeesAsync(string text) => Eventually.EqualAsync(true, () => Task.FromResult(Plain(_written.Text).Contains(text, StringComparison.Ordinal)));

    /// <summary>Without looks and positions.</summary>
    static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;?]*[A-Za-z]", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5));

    void Type(string text)
    {
        foreach (var character in text)
            _keys.Writer.TryWrite(new(character, char.IsAsciiLetterUpper(character) ? (ConsoleKey)character : ConsoleKey.None, shift: false, alt: false, control: false));
    }

    void Press(ConsoleKey key, ConsoleModifiers modifiers = default) => _keys.Writer.TryWrite(new(
        key switch { ConsoleKey.Enter => '\r', ConsoleKey.Escape => '\u001b', _ => '\0' }, key,
        modifiers.HasFlag(ConsoleModifiers.Shift), modifiers.HasFlag(ConsoleModifiers.Alt), modifiers.HasFlag(ConsoleModifiers.Control)));

    /// <summary>What was written to the terminal so far.</summary>
    sealed class WrittenText : StringWriter
    {
        readonly Lock _gate = new();

        public string Text
        {
            get
            {
                lock (_gate)
                    return ToString();
            }
        }

        public override void Write(string? value)
        {
            lock (_gate)
                base.Write(value);
        }

        public override void WriteLine(string? value) => Write($"{value}\n");
    }
}
