using Chat.Client.Terminal;
using Xunit;

namespace Chat.Tests.Client;

public sealed class CommandReaderTests
{
    [Theory]
    [InlineData("chat:3:hi", "msg", "3", "hi")]
    [InlineData("chat:3:see: http://x:1", "msg", "3", "see: http://x:1")]
    [InlineData("addfriend:5", "friend", "5")]
    [InlineData("creategroup:g1:first: group", "create", "g1", "first: group")]
    [InlineData("addgroup:1", "join", "1")]
    [InlineData("groupchat:1:hello all", "group", "1", "hello all")]
    [InlineData("loginout", "logout")]
    [InlineData("help", "help")]
    [InlineData("/msg bob hi there", "msg", "bob", "hi there")]
    [InlineData("  /m   bob   hi  there ", "msg", "bob", "hi  there")]
    [InlineData("/MSG bob hi", "msg", "bob", "hi")]
    [InlineData("/create g1", "create", "g1")]
    [InlineData("/create g1 first group", "create", "g1", "first group")]
    [InlineData("/register alice two words", "register", "alice", "two words")]
    [InlineData("/history g:1 5", "history", "g:1", "5")]
    [InlineData("/quit", "quit")]
    [InlineData("hi there", "say", "hi there")]
    [InlineData("note: this is text", "say", "note: this is text")]
    [InlineData("//slash", "say", "/slash")]
    public void A_line_is_read_as_a_command(string line, string name, params string[] arguments)
    {
        var call = CommandReader.Read(line, out var error);

        Assert.Equal("", error);
        Assert.Equal(name, call?.Name);
        Assert.Equal(arguments, call!.Arguments);
    }

    [Theory]
    [InlineData("/nonsense", "there is no /nonsense")]
    [InlineData("/msg bob", "usage: /msg WHO TEXT")]
    [InlineData("/quit now", "usage: /quit")]
    [InlineData("chat:3", "usage: chat:id:msg")]
    [InlineData("chat:3:", "usage: chat:id:msg")]
    [InlineData("addfriend", "usage: addfriend:id")]
    [InlineData("addfriend:", "usage: addfriend:id")]
    [InlineData("creategroup:", "usage: creategroup:name:desc")]
    public void What_is_no_command_is_told_how_it_is_written(string line, string expected)
    {
        Assert.Null(CommandReader.Read(line, out var error));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_legacy_command_is_there()
    {
        string[] legacy = ["chat", "addfriend", "creategroup", "addgroup", "groupchat", "loginout", "help"];

        Assert.Equal(legacy.Order(), CommandTable.All.Select(spec => spec.Legacy).OfType<string>().Order());
    }

    [Fact]
    public void No_two_commands_share_a_name()
    {
        var names = CommandTable.All.SelectMany(spec => spec.Aliases.Append(spec.Name)).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
    }
}
