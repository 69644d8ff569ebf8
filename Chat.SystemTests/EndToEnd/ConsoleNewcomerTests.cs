using Chat.Client.Terminal;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What the console says to somebody who uses it for the first time, with a real node.</summary>
[Collection(NodeCollection.Name)]
public sealed class ConsoleNewcomerTests(SqliteNode fixture) : IClassFixture<SqliteNode>
{
    TestNode Node => fixture.Node;

    [Fact]
    public async Task It_says_where_it_is_connected_to_and_what_a_group_is_called()
    {
        await using var other = await Node.LogInNewAsync();
        var group = (await other.RequestAsync(new { msgid = 8, groupname = $"team {other.UserId}" })).Number("groupid");

        var output = await RunAsync($"/register carol pw\n/login carol pw\n/join {group}\n/group {group} hello\n/members {group}\n/status\n/quit\n");

        Assert.Contains($"connected to 127.0.0.1:{Node.Port}; /help", output, StringComparison.Ordinal);
        Assert.Contains($"you are a member of team {other.UserId} (group {group}, members: 2)", output, StringComparison.Ordinal);
        Assert.Contains($"you → team {other.UserId}: hello", output, StringComparison.Ordinal);
        Assert.Contains(other.Name, output, StringComparison.Ordinal);
        Assert.Contains($"connected to 127.0.0.1:{Node.Port} (node ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_of_strangers_is_joined_by_its_name()
    {
        await using var other = await Node.LogInNewAsync();
        var group = (await other.RequestAsync(new { msgid = 8, groupname = $"Open{other.UserId}" })).Number("groupid");

        var output = await RunAsync($"/register erin{group} pw\n/login erin{group} pw\n/join open{other.UserId}\n/quit\n");

        Assert.Contains($"you are a member of Open{other.UserId} (group {group}, members: 2)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_is_written_to_by_name()
    {
        await using var other = await Node.LogInNewAsync();

        var output = await RunAsync($"/register erin pw\n/login erin pw\n/msg {other.Name.ToUpperInvariant()} hi\n/quit\n");

        Assert.Contains($"you → {other.Name}: hi", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_people_and_messages_are_looked_after_by_name()
    {
        await using var other = await Node.LogInNewAsync();
        var team = $"crew {other.UserId}";
        var group = (await other.RequestAsync(new { msgid = 8, groupname = team })).Number("groupid");
        var prefix = other.Name[..^2];

        var output = await RunAsync(
            $"/register frank pw\n/login frank pw\n/find {prefix}\n/join {group}\n/about {group}\n/admin {group} {other.Name}\n/add {group} {other.Name}\n/leave {group}\n"
            + $"/create {team} too\n/block {other.Name}\n/unblock {other.Name}\n/search nothing-like-this\n/search !\n/quit\n");

        Assert.Contains($"{other.Name} (id {other.UserId})", output, StringComparison.Ordinal);
        Assert.Contains($"group {group}, {team}; members: 2, you are a member; coming in: free, sending: all", output, StringComparison.Ordinal);
        Assert.Contains("(error 13)", output, StringComparison.Ordinal); // only the creator gives roles
        Assert.Contains($"{other.Name} is a member", output, StringComparison.Ordinal);
        Assert.Contains("you are no member any more", output, StringComparison.Ordinal);
        Assert.Contains($"{other.Name} cannot write to you any more", output, StringComparison.Ordinal);
        Assert.Contains($"{other.Name} can write to you again", output, StringComparison.Ordinal);
        Assert.Contains("nothing was found", output, StringComparison.Ordinal);
        Assert.Contains("has nothing to look for", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_not_known_is_answered_with_how_to_find_the_id()
    {
        var output = await RunAsync("/register dave pw\n/login dave pw\n/msg bob hi\n/join team\n/quit\n");

        Assert.Contains("nobody called \"bob\" is known here", output, StringComparison.Ordinal);
        Assert.Contains("/msg ID TEXT", output, StringComparison.Ordinal);
        Assert.Contains("no group called \"team\" is known here", output, StringComparison.Ordinal);
        Assert.Contains("/join ID", output, StringComparison.Ordinal);
    }

    async Task<string> RunAsync(string commands)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(commands);
        await new CommandLineProgram(input, output, error).RunAsync(["--endpoint", $"127.0.0.1:{Node.Port}"]);
        Assert.Equal("", error.ToString());
        return output.ToString();
    }
}
