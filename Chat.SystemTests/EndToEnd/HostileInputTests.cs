using System.Text;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Bad input costs its sender something and nobody else anything.</summary>
[Collection(NodeCollection.Name)]
public abstract class HostileInputTests(NodeFixture fixture)
{
    TestNode Node => fixture.Node;

    public static TheoryData<string> Garbage => new(
        "hello", "hello\0", "{}\0", "[1,2]", "\"text\"", "{\"msgid\":6", "{\"msgid\":\"6\"}", "{\"msgid\":6,\"toid\":\"1\",\"msg\":\"x\"}",
        "{\"msgid\":1e999}", "{'msgid':6}", "{\"msgid\":6,\"msgid\":6}", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "{\"a\":" + new string('[', 500),
        "{\"msgid\":6,\"toid\":1,\"msg\":\"\\ud800\"}", "\u0016\u0003\u0001\u0002");

    public sealed class OnSqlite(SqliteNode node) : HostileInputTests(node), IClassFixture<SqliteNode>;

    public sealed class OnMariaDb(MariaDbNode node) : HostileInputTests(node), IClassFixture<MariaDbNode>;

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_of_a_legacy_client_ends_its_connection_and_no_other(string garbage)
    {
        await using var bystander = await Node.LogInNewAsync();
        await using var client = await Node.ConnectLegacyAsync();
        await client.SendRawAsync(Encoding.UTF8.GetBytes(garbage));
        await client.SendRawAsync(Encoding.UTF8.GetBytes("}]}\0{\"msgid\":3}\0"));

        await client.Closed.WaitAsync(TestNode.Patience);
        Assert.Empty(client.TakeAll());
        Assert.Equal(0, (await bystander.SendToAsync(bystander.UserId, "alive")).Number("errno"));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("""{"msgid":6,"toid":"one","msg":"x"}""")]
    [InlineData("""{"msgid":6,"toid":1,"msg":"\ud800"}""")]
    [InlineData("""{"msgid":6,"toid":1,"msg":null}""")]
    [InlineData("""{"msgid":104,"ref":1.5}""")]
    public async Task Garbage_of_a_modern_client_is_answered_with_errno_4_and_the_connection_goes_on(string garbage)
    {
        await using var client = await Node.LogInNewAsync();
        await client.SendAsync(garbage);

        var answer = await client.NextAsync();
        Assert.Equal((102, 4, false), (answer.Number("msgid"), answer.Number("errno"), answer.GetProperty("retry").GetBoolean()));
        await client.FenceAsync();
    }

    [Fact]
    public async Task An_object_that_is_too_large_is_answered_with_its_ref_and_skipped()
    {
        await using var client = await Node.LogInNewAsync();
        var answer = await client.RequestAsync(new { @ref = 0, msgid = 6, toid = 1, msg = new string('x', 200_000) }).WaitAsync(TestNode.Patience);

        Assert.Equal(8, answer.Number("errno"));
        await client.FenceAsync();
    }

    [Fact]
    public async Task Broken_utf8_is_refused()
    {
        await using var client = await Node.LogInNewAsync();
        await client.SendRawAsync((byte[])[.. "{\"msgid\":6,\"toid\":1,\"msg\":\""u8, 0xff, 0xfe, .. "\"}\n"u8]);

        Assert.Equal(4, (await client.NextAsync()).Number("errno"));
        await client.FenceAsync();
    }

    [Fact]
    public async Task Half_a_million_bytes_without_an_end_cost_the_sender_its_connection()
    {
        await using var client = await Node.LogInNewAsync();
        var error = await Record.ExceptionAsync(async () =>
        {
            for (var i = 0; i < 200; i++)
                await client.SendRawAsync(Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', 100_000)));
            await client.Closed.WaitAsync(TestNode.Patience);
        });

        Assert.True(error is null or IOException, error?.ToString());
        await using var other = await Node.LogInNewAsync();
        await other.FenceAsync();
    }
}
