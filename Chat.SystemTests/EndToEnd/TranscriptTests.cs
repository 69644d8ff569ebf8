using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// Legacy clients talk to our node as they talked to a legacy server when the recording was made, and get the
/// same objects in the same order, in frames that they survive.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed partial class TranscriptTests
{
    /// <summary>A line of the recording at which we differ on purpose.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Instead">What is expected (or sent) instead, in the recording's ids; null = the step is left out.</param>
    sealed record Deviation(string Reason, string[]? Instead = null);

    const string NotLoggedIn = "a group message of somebody who is not logged in, let alone a member, reaches nobody and ends the connection";
    const string NoGluedObjectIsLost = "the recorded server lost the second of two objects in one segment";
    const string HelloAll = """{"groupid":1,"id":1,"msg":"hello all","msgid":10,"name":"alice","time":"2026-01-02 03:04:05"}""";
    const string WhileOff = """{"groupid":1,"id":3,"msg":"grp while alice off","msgid":10,"name":"bob","time":"2026-01-02 03:04:05"}""";
    const string HiDave = """{"id":1,"msg":"hi dave","msgid":6,"name":"alice","time":"2026-01-02 03:04:05","toid":5}""";

    /// <summary>All of them, by line.</summary>
    static readonly Dictionary<int, Deviation> Deviations = new()
    {
        [60] = new("both friends are stored: " + NoGluedObjectIsLost, ["1|3", "1|5"]),
        [70] = new("joining needs a login: dave joins on a connection of his own on which he has logged in"),
        [75] = new("nobody joins a group that does not exist", ["1|g1|first group", "1|1|creator", "1|3|normal", "1|4|normal", "1|5|normal"]),
        [94] = new(NotLoggedIn, []),
        [95] = new(NotLoggedIn, []),
        [96] = new(NotLoggedIn, []),
        [111] = new(NoGluedObjectIsLost, [WhileOff]),
        [114] = new(NotLoggedIn + "; " + NoGluedObjectIsLost, [$"5|{HiDave}", $"5|{HelloAll}", $"5|{WhileOff}"]),
    };

    /// <summary>Ids are not burned by a taken name, so bob, carol and dave are 2, 3 and 4 here.</summary>
    static readonly Dictionary<string, string> OurIds = new() { ["3"] = "2", ["4"] = "3", ["5"] = "4" };

    readonly Dictionary<string, LegacyTestClient> _clients = [];
    TestNode _node = null!;

    [Theory]
    [InlineData(nameof(StorageProvider.Sqlite))]
    [InlineData(nameof(StorageProvider.MySql))]
    public async Task Legacy_clients_get_what_they_got_from_a_legacy_server(string provider)
    {
        using var folder = new TestFolder(Enum.Parse<StorageProvider>(provider));
        await using (_node = await TestNode.StartAsync(folder, "--Chat:Users:MaxSessions=1"))
        {
            var steps = Transcript.Read(Path.Combine(AppContext.BaseDirectory, "EndToEnd", "transcript.txt"));
            Assert.Equal(81, steps.Count);
            foreach (var step in steps)
                await ReplayAsync(step);
        }
    }

    async Task ReplayAsync(TranscriptStep step)
    {
        var texts = Deviations.TryGetValue(step.Line, out var deviation) ? deviation.Instead : step.Texts;
        switch (step)
        {
            case { Kind: StepKind.Query }:
                await CheckDatabaseAsync(step.Line, [.. texts!.Select(Translate)]);
                break;
            case { Kind: StepKind.CloseAll }:
                foreach (var client in _clients.Values)
                    await client.DisposeAsync();
                break;
            case { Line: 70 }:
                await JoinAsDaveAsync();
                break;
            case { Kind: StepKind.Send }:
                if (step.Line == 109) // between two conversations no order is promised
                    await _node.EventuallyAsync(1L, "SELECT COUNT(*) FROM OfflineMessage WHERE userid = 1");
                if (step.Line == 112) // nor do legacy senders hear when a message is queued
                    await _node.EventuallyAsync(2L, "SELECT COUNT(*) FROM OfflineMessage WHERE userid = 1");
                var connection = await ConnectionAsync(step.Connection);
                await connection.SendRawAsync(Encoding.UTF8.GetBytes(Translate(texts![0])));
                if (step.Line == 5)
                    await RegisterOthersAsync();
                if (step.Line == 93)
                    await ExpectClosedAsync(step.Connection);
                break;
            case { Kind: StepKind.Receive }:
                await ReceiveAsync(step.Line, await ConnectionAsync(step.Connection), [.. texts!.Select(Translate)]);
                break;
        }
    }

    async Task<LegacyTestClient> ConnectionAsync(string name) =>
        _clients.TryGetValue(name, out var client) ? client : _clients[name] = await _node.ConnectLegacyAsync();

    static async Task ReceiveAsync(int line, LegacyTestClient client, IReadOnlyList<string> texts)
    {
        var expected = line is 113 or 121 ? WithWhatWasNotLost(line, texts[0]) : [.. texts.Select(text => JsonNode.Parse(text)!)];
        foreach (var node in expected)
        {
            var bytes = await client.NextBytesAsync();
            var text = Encoding.UTF8.GetString(bytes);
            Assert.True(JsonNode.DeepEquals(node, JsonNode.Parse(text)), $"line {line}: expected {node.ToJsonString()}, got {text}");
            // Nothing but the object, or the object and spaces up to what the client's buffer holds.
            Assert.True(text == text.Trim() || (bytes.Length == 1024 && text == text.Trim().PadRight(text.Length)), $"line {line}: {text}");
        }

        if (expected.Count == 0)
            Assert.Empty(await client.FenceAsync());
    }

    /// <summary>The login ack of alice (113) or dave (121) in a world in which nothing was lost or let in.</summary>
    static List<JsonNode> WithWhatWasNotLost(int line, string text)
    {
        var ack = JsonNode.Parse(text)!.AsObject();
        var offline = line == 113
            ? (string[])[ack["offlinemsg"]![0]!.GetValue<string>(), Translate(WhileOff)]
            : [Translate(HiDave), Translate(HelloAll), Translate(WhileOff)];
        if (line == 113)
            ack["friends"]!.AsArray().Insert(0, """{"id":2,"name":"bob","state":"online"}""");
        ack["offlinemsg"] = new JsonArray([.. offline.Select(message => (JsonNode)message)]);
        if (Encoding.UTF8.GetByteCount(ack.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) <= 1024)
            return [ack];
        ack.Remove("offlinemsg"); // they follow as pushes
        return [ack, .. offline.Select(message => JsonNode.Parse(message)!)];
    }

    async Task CheckDatabaseAsync(int line, IReadOnlyList<string> expected)
    {
        var (sql, rows) = line switch
        {
            // The password is a hash here; that it is right is what logins are for.
            16 => ("SELECT id, name, state FROM Users ORDER BY id", [.. expected.Select(row => row.Replace("123456|", "", StringComparison.Ordinal))]),
            60 => ("SELECT userid, friendid FROM Friends ORDER BY friendid", expected),
            75 => ("SELECT id, groupname, groupdesc FROM AllGroup UNION ALL SELECT * FROM (SELECT groupid, userid, grouprole FROM GroupUser ORDER BY userid) members", expected),
            103 or 133 => ("SELECT id, state FROM Users ORDER BY id", expected),
            _ => ("SELECT userid, message FROM OfflineMessage ORDER BY id", expected),
        };
        await Eventually.EqualAsync(string.Join('\n', rows), async () => string.Join('\n', await _node.RowsAsync(sql)));
    }

    /// <summary>The recording does not show how they came to be.</summary>
    async Task RegisterOthersAsync()
    {
        await using var client = await _node.ConnectLegacyAsync();
        foreach (var name in (string[])["bob", "carol", "dave"])
        {
            await client.SendAsync($$"""{"msgid":4,"name":"{{name}}","password":"123456"}""");
            Assert.Equal(0, (await client.NextAsync()).Number("errno"));
        }
    }

    async Task JoinAsDaveAsync()
    {
        // By the modern protocol, in which what is queued for him stays queued until he says that he has received it.
        await using (var dave = await _node.ConnectAsync())
        {
            await dave.LogInAsync(new { msgid = 1, name = "dave", password = "123456" });
            Assert.Equal(0, (await dave.RequestAsync(new { msgid = 9, groupid = 1 })).Number("errno"));
        }

        await _node.EventuallyAsync("offline", "SELECT state FROM Users WHERE id = 4");
    }

    async Task ExpectClosedAsync(string connection)
    {
        await _clients[connection].Closed.WaitAsync(TestNode.Patience);
        _clients.Remove(connection);
    }

    /// <summary>From the recording's user ids to ours, also in objects inside strings.</summary>
    static string Translate(string text) => UserId().Replace(
        StateRow().Replace(text, match => OurIds.GetValueOrDefault(match.Value, match.Value)),
        match => match.Groups["key"].Value + OurIds.GetValueOrDefault(match.Groups["id"].Value, match.Groups["id"].Value));

    /// <summary>The id in front of a row, and the second id of a friendship or membership.</summary>
    [GeneratedRegex("""(?<=^|^1\|)[1-5](?=\||$)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StateRow();

    [GeneratedRegex("""(?<key>(?<![a-z])(id|toid|friendid)\\*" ?: ?)(?<id>\d+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserId();
}
