using System.Globalization;
using Chat.Client.Terminal;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The console with a command that prints tokens (JWT), and a real node that verifies them.</summary>
[Collection(NodeCollection.Name)]
public sealed class ConsoleTokenTests : IAsyncLifetime, IDisposable
{
    const string Secret = "a secret that is long enough: 0123456789";

    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer = TestIssuer.WithSecret(Secret);
    readonly string _tokens = Directory.CreateTempSubdirectory("chat-tokens-").FullName;
    TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        _folder, $"--Chat:Auth:Issuers:0:Name={_issuer.Name}", $"--Chat:Auth:Issuers:0:Audience={TestIssuer.Audience}", $"--Chat:Auth:Issuers:0:Secret={Secret}");

    public async Task DisposeAsync() => await _node.DisposeAsync();

    public void Dispose()
    {
        Directory.Delete(_tokens, recursive: true);
        _folder.Dispose();
    }

    [Fact]
    public async Task The_console_logs_in_with_what_its_command_prints()
    {
        Write(1, TimeSpan.FromHours(1), "carol");
        var (exitCode, output) = await RunAsync(Command, "/status\n");
        Assert.Equal(0, exitCode);
        Assert.Contains("\"carol\"", output, StringComparison.Ordinal);
        Assert.Equal(1, Asked());
    }

    [Theory]
    [InlineData("exit 3", "the token command ended with code 3")]
    [InlineData("true", "")]
    public async Task A_command_that_fails_or_prints_nothing_fails_the_login(string command, string reason)
    {
        var (exitCode, output) = await RunAsync(command, "/status\n");
        Assert.Equal(1, exitCode);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.Contains("\"ok\":false", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_is_run_again_before_its_token_expires()
    {
        var expires = Write(1, TimeSpan.FromSeconds(4), "dave");
        Write(2, TimeSpan.FromHours(1), "dave");
        await using var bob = await _node.LogInNewAsync();
        var running = RunAsync(Command, "/wait 1 60\n");
        await Eventually.EqualAsync(true, () => Task.FromResult(Asked() == 2 && DateTimeOffset.UtcNow > expires.AddSeconds(1)));
        var dave = await _node.ScalarAsync<int>("SELECT userid FROM ExternalIdentity");
        await bob.SendToAsync(dave, "still there");
        var (exitCode, output) = await running;
        Assert.Equal(0, exitCode);
        Assert.Contains("still there", output, StringComparison.Ordinal);
        Assert.DoesNotContain("logged", output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, Asked());
    }

    /// <summary>Prints the next token each time.</summary>
    string Command => $"cd '{_tokens}' && echo asked >> asked && cat $(wc -l < asked | tr -d ' ')";

    int Asked() => File.Exists(Path.Combine(_tokens, "asked")) ? File.ReadAllLines(Path.Combine(_tokens, "asked")).Length : 0;

    DateTimeOffset Write(int number, TimeSpan lifetime, string name)
    {
        var now = DateTimeOffset.UtcNow;
        File.WriteAllText(Path.Combine(_tokens, number.ToString(CultureInfo.InvariantCulture)), _issuer.Token(name, now, lifetime, ("name", name)) + "\n");
        return now + lifetime;
    }

    async Task<(int ExitCode, string Output)> RunAsync(string tokenCommand, string script)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(script);
        var exitCode = await new CommandLineProgram(input, output, error).RunAsync(
            ["--script", "--endpoint", $"127.0.0.1:{_node.Port}", "--token-command", tokenCommand]);
        Assert.Equal("", error.ToString());
        return (exitCode, output.ToString());
    }
}
