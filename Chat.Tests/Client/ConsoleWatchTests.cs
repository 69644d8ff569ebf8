using System.Text;
using Chat.Client.Terminal;
using Chat.Protocol;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Receipts, the list, presence and typing in the console.</summary>
public sealed class ConsoleWatchTests : ClientScenario
{
    [Fact]
    public void Programs_are_told_of_each_event_in_a_line()
    {
        using var output = new StringWriter();
        var lines = new JsonLines(output);
        lines.WriteEvent(new ReceiptReceived(AliceAndBob, Bob, 4, 3));
        lines.WriteEvent(new PresenceChanged([new(Bob, PresenceState.Offline, 9), new(7, PresenceState.Away)]));
        lines.WriteEvent(new TypingChanged(AliceAndBob, Bob, IsOn: true, TimeSpan.FromSeconds(6)));
        lines.WriteEvent(new TypingChanged(AliceAndBob, Bob, IsOn: false, default));
        lines.WriteEvent(new ConversationChanged(AliceAndBob) { IsMarked = true, Floor = 5, Draft = "so far" });

        Assert.Equal(
            """
            {"event":"receipt","conversation":"d:1:2","id":2,"received":4,"read":3}
            {"event":"presence","users":[{"id":2,"state":"offline","seen":9},{"id":7,"state":"away"}]}
            {"event":"typing","conversation":"d:1:2","id":2,"on":true,"expires":6000}
            {"event":"typing","conversation":"d:1:2","id":2,"on":false}
            {"event":"conversation","conversation":"d:1:2","archived":false,"marked":true,"floor":5,"draft":"so far"}

            """,
            output.ToString());
    }

    [Fact]
    public async Task A_script_lists_watches_types_and_goes_away()
    {
        List();
        var run = await RunAsync("--script", "/list\n/list archived\n/list old\n/watch 2, g:7\n/watch\n/typing 2\n/typing 2 off\n/away\n/away off\n/typing 2 perhaps\n");

        var results = run.Split('\n').Where(line => line.StartsWith("{\"result\"", StringComparison.Ordinal)).ToList();
        Assert.StartsWith(
            """{"result":"list","line":1,"ok":true,"conversations":[{"conversation":"d:1:2","head":5,"unread":2,"marked":false,"pinned":true,"muted":false,"draft":"","peer":{"received":5,"read":4},"last":{""",
            results[1], StringComparison.Ordinal);
        Assert.EndsWith("""],"unread":7,"more":false}""", results[1], StringComparison.Ordinal);
        Assert.Contains("\"conversations\":[],", results[2], StringComparison.Ordinal);
        Assert.Contains("/list takes unread, archived or nothing", results[3], StringComparison.Ordinal);
        Assert.Contains("not \\\"perhaps\\\"", results[^1], StringComparison.Ordinal);
        Assert.Equal([(1, 2), (0, 0)], Server.Requests.Items.OfType<WatchRequest>().Select(watch => (watch.Users.Count, watch.Conversations.Count)));
        Assert.Equal([true, false], Server.Requests.Items.OfType<TypingRequest>().Select(typing => typing.IsOn));
        Assert.Equal([true, false], Server.Requests.Items.OfType<SetPresenceRequest>().Select(presence => presence.IsAway));
    }

    [Fact]
    public async Task People_see_the_list_by_name()
    {
        List();
        Server.Live.Listed.Add(new(ConversationId.Group(7), 1) { IsMarked = true, Draft = "half a thought" });

        var shown = await RunAsync("", "/list\n/quit\n");

        Assert.Contains("bob  2 unread  pinned  you: a last word", shown, StringComparison.Ordinal);
        Assert.Contains("g:7  marked as unread  draft: half a thought", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void People_see_how_far_their_messages_are_and_who_is_writing_once()
    {
        var clock = new ManualClock();
        using var output = new StringWriter();
        var contacts = new Contacts();
        contacts.Learn(new LoginResult(Alice, "alice", "", [new(Bob, "bob", true)], [], IsTruncated: false));
        var console = Spectre.Console.AnsiConsole.Create(new() { Out = new Spectre.Console.AnsiConsoleOutput(output), Ansi = Spectre.Console.AnsiSupport.No });
        var screen = new Screen(console, contacts, () => Alice, clock);
        ChatMessage[] own = [.. Enumerable.Range(1, 3).Select(seq => new ChatMessage(AliceAndBob, seq, Alice, "alice", $"m{seq}") { IsOwn = true })];
        screen.WriteOutcome(new HistoryFetched(new(own, HasMore: false), new PeerMarks(Received: 2, Read: 1)));
        var typing = new TypingChanged(AliceAndBob, Bob, IsOn: true, TimeSpan.FromSeconds(6));
        screen.WriteEvent(typing);
        screen.WriteEvent(typing);
        screen.WriteEvent(typing with { IsOn = false });
        screen.WriteEvent(typing);
        clock.Now += TimeSpan.FromSeconds(7);
        screen.WriteEvent(typing);
        screen.WriteEvent(new PresenceChanged([new(Bob, PresenceState.Away)]));

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("m1 ✓✓ read", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("m2 ✓✓", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("m3 ✓", lines[2], StringComparison.Ordinal);
        Assert.Equal(["bob is writing", "bob is writing", "bob is writing", "bob is away"], lines[3..]);
    }

    void List() => Server.Live.Listed.Add(new(AliceAndBob, 5)
    {
        Unread = 2,
        IsPinned = true,
        Peer = new(Bob, 5, 4),
        Last = Encoding.UTF8.GetBytes($$"""{"id":{{Alice}},"msg":"a last word","msgid":6,"name":"alice","toid":{{Bob}},"conversation":"{{AliceAndBob}}","seq":5,"ts":9}"""),
    });

    async Task<string> RunAsync(string mode, string script)
    {
        Server.Post(Bob, AliceAndBob, "so that bob is known");
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader((mode.Length > 0 ? "" : "/history 2\n") + script);
        string[] all = [.. mode.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--port", $"{Server.Port}", "--name", "alice", "--password", "pw"];
        await new CommandLineProgram(input, output, error).RunAsync(all);
        return output.ToString();
    }
}
