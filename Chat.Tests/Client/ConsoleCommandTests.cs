using System.Text.Json;
using Chat.Client.Terminal;
using Chat.Tests.Api;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Commands about contacts, groups, conversations and devices, as a person types them, at a whole node.</summary>
public sealed class ConsoleCommandTests : IAsyncLifetime
{
    StartedNode _started = null!;

    public async Task InitializeAsync() => _started = await StartedNode.StartAsync();

    public async Task DisposeAsync() => await _started.DisposeAsync();

    [Fact]
    public async Task People_ask_accept_are_called_otherwise_and_go()
    {
        await RunAsync("bob", "");
        var asked = await RunAsync("alice", "/contacts\n/ask bob it's me\n/contacts");
        Assert.Contains("nobody yet: /ask WHO asks somebody", asked, StringComparison.Ordinal);
        Assert.Contains("bob (id 1): was asked", asked, StringComparison.Ordinal);

        var accepted = await RunAsync("bob", "/contacts\n/accept alice\n/alias alice Liddell\n/contacts");
        Assert.Contains("alice (id 2): asks to be your contact: /accept or /decline (it's me)", accepted, StringComparison.Ordinal);
        Assert.Contains("alice (id 2), Liddell to you: contact", accepted, StringComparison.Ordinal);

        var lines = await ScriptAsync("alice", "/contacts\n/unfriend bob\n/block bob\n/contacts");
        Assert.Equal("""[{"id":1,"name":"bob","state":"contact","blocked":false}]""", lines[0].GetProperty("contacts").GetRawText());
        Assert.Equal("""[{"id":1,"name":"bob","state":"none","blocked":true}]""", lines[^1].GetProperty("contacts").GetRawText());
        Assert.Contains("alice (id 2), Liddell to you: ", await RunAsync("bob", "/contacts"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_is_shown_and_changed()
    {
        var shown = await RunAsync("alice", "/profile\n/profile display Alice Liddell\n/profile about down the hole\n/profile display\n/profile shoes 43");

        Assert.Contains("alice (id 1)\n", shown, StringComparison.Ordinal);
        Assert.Contains("alice (id 1), called Alice Liddell\n", shown, StringComparison.Ordinal);
        Assert.Contains("alice (id 1)\n  down the hole\n", shown, StringComparison.Ordinal);
        Assert.Contains("/profile takes display, about or avatar, not \"shoes\"", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_lets_people_in_silences_them_and_changes_hands()
    {
        await RunAsync("alice", "/create team\n/joining team ask\n/joining team 1\n/sending team admins\n/rename team the team");
        var asked = await RunAsync("bob", "/join 1");
        Assert.Contains("asked: the creator or an admin of group 1 lets you in, or does not", asked, StringComparison.Ordinal);
        await RunAsync("carol", "/join 1");

        var decided = await RunAsync("alice", "/requests 1\n/admit 1 bob\n/reject 1 carol\n/requests 1\n/sending 1 all\n/about 1");
        Assert.Contains("bob (id 2), since ", decided, StringComparison.Ordinal);
        Assert.Contains("bob is a member", decided, StringComparison.Ordinal);
        Assert.Contains("carol is not let in", decided, StringComparison.Ordinal);
        Assert.Contains("nobody asks", decided, StringComparison.Ordinal);
        Assert.Contains("group 1, the team; members: 2, you are its creator; coming in: ask, sending: all; new members see all that was said", decided, StringComparison.Ordinal);

        await RunAsync("alice", "/silence 1 bob 5");
        Assert.Contains("(error 13)", await RunAsync("bob", "/group 1 hello"), StringComparison.Ordinal);
        await RunAsync("alice", "/silence 1 bob off\n/transfer 1 bob");
        Assert.Contains("you are its creator", await RunAsync("bob", "/group 1 hello\n/about 1\n/disband 1"), StringComparison.Ordinal);

        var ended = await RunAsync("bob", "/disband 1\n/disband 1 yes\n/about 1");
        Assert.Contains("it cannot be undone: /disband 1 yes", ended, StringComparison.Ordinal);
        Assert.Contains("there is no such group any more", ended, StringComparison.Ordinal);
        Assert.Contains("(error 7)", ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_group_says_of_itself_and_how_long_it_keeps_what_is_changed_and_shown()
    {
        var changed = await RunAsync(
            "alice", "/create team\n/describe team all of us\n/picture team https://example.com/a.png\n/past team joined\n/keep team 30\n/about team\n/past team maybe\n/keep team soon");
        Assert.Contains("group 1, team: all of us; members: 1, you are its creator; ", changed, StringComparison.Ordinal);
        Assert.Contains(
            "; new members see what is said since they came; messages are gone after 30 days; picture: https://example.com/a.png\n", changed, StringComparison.Ordinal);
        Assert.Contains("/past takes all, joined, not \"maybe\"", changed, StringComparison.Ordinal);
        Assert.Contains("DAYS must be a number above 0, not \"soon\"", changed, StringComparison.Ordinal);

        changed = await RunAsync("alice", "/describe team\n/picture team\n/past team all\n/keep team off\n/about team");
        Assert.Contains("group 1, team; members: 1, you are its creator; coming in: free, sending: all; new members see all that was said\n", changed, StringComparison.Ordinal);

        await RunAsync("bob", "/join team");
        await RunAsync("alice", "/silence team bob 5");
        Assert.Contains("; you may send nothing now\n", await RunAsync("bob", "/about team"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_see_of_reading_and_what_wakes_the_user_is_changed_and_shown()
    {
        await RunAsync("bob", "");
        var shown = await RunAsync("alice", "/settings\n/create team\n/receipts off\n/notify team mentions\n/notify bob none\n/presence contacts\n/receipts maybe\n/notify team some");
        Assert.Contains("others see how far you have read\n", shown, StringComparison.Ordinal);
        Assert.Contains("nobody sees how far you have read\n", shown, StringComparison.Ordinal);
        Assert.Contains("mentions alone wake you in: team\n", shown, StringComparison.Ordinal);
        Assert.Contains("nothing wakes you in: bob\n", shown, StringComparison.Ordinal);
        Assert.Contains("your contacts see when you are online\n", shown, StringComparison.Ordinal);
        Assert.Contains("/receipts takes WHO and the NUMBER of a message, or on or off, not \"maybe\"", shown, StringComparison.Ordinal);
        Assert.Contains("/notify takes all, mentions, none or default, not \"some\"", shown, StringComparison.Ordinal);

        var settings = (await ScriptAsync("alice", "/settings\n/receipts on\n/notify bob all"));
        Assert.Equal(("off", """{"g:1":"mentions","d:1:2":"none"}"""), (settings[0].GetProperty("receipts").GetString(), settings[0].GetProperty("notify").GetRawText()));
        Assert.Equal("on", settings[1].GetProperty("receipts").GetString());
        Assert.Equal("""{"g:1":"mentions"}""", settings[2].GetProperty("notify").GetRawText());
    }

    [Fact]
    public async Task Conversations_are_archived_marked_and_cleared_and_messages_threaded_and_reported()
    {
        await RunAsync("bob", "");
        await RunAsync("alice", "/msg bob one\n/msg bob two\n/thread bob 1 about one");

        var lines = await ScriptAsync(
            "bob",
            "/read alice\n/thread alice 1\n/receipts alice 1\n/report alice 2 rude\n/unread alice\n/list unread\n/archive alice\n/list\n/list archived\n/archive alice off\n/clear alice\n/history alice");

        lines.RemoveAt(0);
        Assert.Equal(["one", "about one"], Texts(lines[0]));
        Assert.Equal((1, 1), (lines[1].GetProperty("members").GetInt32(), lines[1].GetProperty("read").GetInt32()));
        Assert.Equal(1, lines[1].GetProperty("who")[0].GetProperty("id").GetInt32());
        Assert.Equal("#2 is reported", lines[2].GetProperty("text").GetString());
        Assert.True(lines[4].GetProperty("conversations")[0].GetProperty("marked").GetBoolean());
        Assert.Empty(lines[6].GetProperty("conversations").EnumerateArray());
        Assert.Single(lines[7].GetProperty("conversations").EnumerateArray());
        Assert.Equal("alice shows you nothing of what was said so far", lines[9].GetProperty("text").GetString());
        Assert.Empty(Texts(lines[10]));
    }

    [Fact]
    public async Task A_device_is_seen_called_otherwise_and_logged_out_from_another()
    {
        await RunAsync("alice", "", "--device", "laptop");

        var shown = await RunAsync("alice", "/devices\n/device laptop my laptop\n/devices\n/revoke laptop\n/devices", "--device", "phone");

        Assert.Contains("laptop  console  here last ", shown, StringComparison.Ordinal);
        Assert.Contains(", this one\n", shown, StringComparison.Ordinal);
        Assert.Contains("laptop  my laptop  console  here last ", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("my laptop", shown[shown.IndexOf("laptop is logged out", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    static IEnumerable<string?> Texts(JsonElement result) => result.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString());

    async Task<List<JsonElement>> ScriptAsync(string name, string script)
    {
        var output = await RunAsync(name, script, "--script");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("result", out var command) && command.GetString() is not ("login" or "register"))];
    }

    async Task<string> RunAsync(string name, string script, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader($"{script}\n/quit\n");
        string[] all = ["--port", $"{_started.Node.ChatPort}", "--name", name, "--password", "pw", "--register", .. more];
        await new CommandLineProgram(input, output, error).RunAsync(all);
        Assert.Empty(error.ToString());
        return output.ToString();
    }
}
