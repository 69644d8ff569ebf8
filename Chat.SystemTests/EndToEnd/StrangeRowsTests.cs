using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Rows that no program should have written.</summary>
public sealed class StrangeRowsTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>SQLite takes any text for a number.</summary>
    [Theory]
    [InlineData("-1, 2, -5, 1")]
    [InlineData("'one', 'two', 'three', 'four'")]
    [InlineData("1, 3000000000, 1, 1")]
    public async Task A_strange_row_in_the_queue_keeps_nobody_from_logging_in(string numbers)
    {
        await using var node = await TestNode.StartAsync(_folder);
        int id;
        await using (var bob = await node.LogInNewAsync("bob"))
            id = bob.UserId;
        await node.ExecuteAsync($$"""INSERT INTO OfflineMessage (userid, message, a, b, seq, ts) VALUES ({{id}}, '{"msgid":6,"msg":"strange"}', {{numbers}}), ({{id}}, 12345, 1, 1, 1, 1)""");
        await using var again = await node.ConnectAsync();
        await again.LogInAsync(new { msgid = 1, id, password = "secret" });
        Assert.Equal("strange", (await again.NextAsync()).Text("msg"));
        await node.EventuallyAsync(1L, "SELECT COUNT(*) FROM QuarantinedMessage WHERE reason = 'it is no JSON object'");
    }

    [Fact]
    public async Task A_number_that_is_too_high_is_not_counted_on()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        var id = alice.UserId;
        await node.ExecuteAsync($"INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES ({id}, {id}, {long.MaxValue}, {id}, 'strange', 1, 1, '{{}}')");
        Assert.Equal(1, (await alice.SendToAsync(id, "first")).Number("seq"));
    }

    /// <summary>SQLite takes any text for a number.</summary>
    [Fact]
    public async Task A_request_that_meets_a_row_nobody_foresaw_is_answered()
    {
        await using var node = await TestNode.StartAsync(_folder);
        await using var alice = await node.LogInNewAsync("alice");
        Assert.Equal(0, (await alice.SendToAsync(alice.UserId, "first")).Number("errno"));
        await node.ExecuteAsync("UPDATE MessageLog SET ts = 'later'");
        var refusal = await alice.RequestAsync(new { msgid = 108 });
        Assert.True(refusal.Number("errno") == 10 && refusal.GetProperty("retry").GetBoolean(), refusal.ToString());
        Assert.Equal(105, (await alice.RequestAsync(new { msgid = 104 })).Number("msgid"));
    }
}
