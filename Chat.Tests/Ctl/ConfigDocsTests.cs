using System.Text.Json;
using Chat.Ctl;
using Xunit;

namespace Chat.Tests.Ctl;

/// <summary><c>chatctl config docs</c>, where there is neither a node nor a key.</summary>
public sealed class ConfigDocsTests
{
    [Fact]
    public async Task All_settings_are_told()
    {
        var (exit, text, _) = await RunAsync();
        Assert.Equal(ExitCode.Done, exit);
        Assert.Equal(SettingsReference.All.Select(setting => setting.Name), text.Split(Environment.NewLine).Where(line => line.Length > 0 && line[0] != ' '));
    }

    [Fact]
    public async Task One_is_told_with_all_that_is_known_of_it() => Assert.Equal(
        """
        Chat:Limits:GroupMembers
          Members of a group; a larger group stays as it is and lets nobody in.
          value:    integer from 2 to 100000 (members)
          default:  10000
          changes:  with a reload
          secret:   no
          variable: Chat__Limits__GroupMembers
        """.ReplaceLineEndings(),
        (await RunAsync("Chat:Limits:GroupMembers")).Output.TrimEnd());

    [Theory]
    [InlineData("chat:port", "Chat:Port")]
    [InlineData("Chat__Api__Keys__1", "Chat:Api:Keys")]
    [InlineData("Chat:Cluster:SeedNodes:0", "Chat:Cluster:SeedNodes")]
    [InlineData("Chat:Auth:Issuers:12:MaxHours", "Chat:Auth:Issuers:0:MaxHours")]
    [InlineData("Logging:LogLevel:Chat.Node.Api", "Logging:LogLevel:CATEGORY")]
    [InlineData("retention", "Chat:Retention:Days")]
    [InlineData("chat:hooks", "Chat:Hooks:BeforeMessage", "Chat:Hooks:OnFailure", "Chat:Hooks:Secret")]
    [InlineData("tlsport", "Chat:TlsPort", "Chat:WebTlsPort")]
    public async Task Settings_are_found_by_their_names(string name, params string[] found)
    {
        var answer = JsonSerializer.Deserialize<JsonElement>((await RunAsync(name, "--json")).Output);
        Assert.Equal(found, answer.GetProperty("settings").EnumerateArray().Select(setting => setting.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Programs_are_told_the_same()
    {
        var setting = JsonSerializer.Deserialize<JsonElement>((await RunAsync("Chat:Api:Keys", "--json")).Output).GetProperty("settings")[0];
        Assert.Equal(("secrets", 32, "Chat__Api__Keys__0"), (setting.GetProperty("kind").GetString(), setting.GetProperty("min").GetInt32(), setting.GetProperty("variable").GetString()));
        Assert.True(setting.GetProperty("secret").GetBoolean());
        Assert.True(setting.GetProperty("reload").GetBoolean());
    }

    [Fact]
    public async Task A_table_has_a_line_for_each()
    {
        var lines = (await RunAsync("--markdown")).Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(SettingsReference.All.Count + 2, lines.Length);
        Assert.All(lines, line => Assert.Equal(8, line.Count(letter => letter == '|')));
        Assert.Contains(lines, line => line.StartsWith("| `Chat:Port` | `Chat__Port` | integer from 0 to 65535 (port) | `6000` | with a restart | no |", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_has_to_be_set_is_told()
    {
        Assert.Contains("default:  none, needed with Chat:Hooks:BeforeMessage", (await RunAsync("Chat:Hooks:OnFailure")).Output, StringComparison.Ordinal);
        Assert.Contains("default:  none" + Environment.NewLine, (await RunAsync("Chat:TlsPort")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_setting_has_is_named()
    {
        var (exit, _, error) = await RunAsync("Prott");
        Assert.Equal((ExitCode.NotFound, true), (exit, error.Contains("\"Prott\"", StringComparison.Ordinal)));
    }

    /// <summary>Neither the node nor the file of the key is there.</summary>
    static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await new CtlProgram(TextReader.Null, output, error).RunAsync(["config", "docs", .. arguments, "--node", "nowhere", "--key-file", "/nowhere/key"]);
        return (exit, output.ToString(), error.ToString());
    }
}
