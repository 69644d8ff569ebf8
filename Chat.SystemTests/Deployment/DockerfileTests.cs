using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Chat.Checker.Processes;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>What can be said of the <c>Dockerfile</c> without a Docker engine: what it copies is there, and what it runs works.</summary>
[Collection(NodeCollection.Name)]
public sealed partial class DockerfileTests : IDisposable
{
    static readonly string HealthCheck = Path.Combine(Repository.Root, "deploy/healthcheck.sh");

    readonly TestFolder _folder = new();

    /// <summary>The instructions, each on one line, without comments.</summary>
    readonly List<string> _instructions =
    [
        .. Repository.Read("Dockerfile").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(line => line.Length > 0 && line[0] != '#'),
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_copied_exists_and_is_not_ignored()
    {
        var allowed = Repository.Read(".dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        var copied = Of("COPY").Where(words => !words[1].StartsWith("--from", StringComparison.Ordinal))
            .SelectMany(words => words.Skip(1).SkipLast(1).Where(word => !word.StartsWith("--", StringComparison.Ordinal))).ToList();
        Assert.Contains("Chat.Node/", copied);
        Assert.Equal([], copied.Where(path => !Path.Exists(Path.Combine(Repository.Root, path))));
        Assert.Equal([], copied.Where(path => !allowed.Exists(each => path == each || (each.EndsWith('/') && path.StartsWith(each, StringComparison.Ordinal)))));
        Assert.Equal([], allowed.Where(each => !copied.Exists(path => path.StartsWith(each, StringComparison.Ordinal))));
    }

    [Fact]
    public void Every_project_and_folder_that_the_node_is_built_from_is_copied()
    {
        var project = Repository.Read("Chat.Node/Chat.Node.csproj");
        var folders = SourceFolder().Matches(project).Select(match => $"{match.Groups["folder"].Value}/").ToList();
        Assert.Contains("Chat.Protocol/", folders);
        Assert.Contains("sql/", folders);
        Assert.All(folders, folder => Assert.Contains($"COPY {folder} {folder}", _instructions));
    }

    [Fact]
    public void Its_versions_are_those_of_the_project_and_its_user_is_not_root()
    {
        var framework = Framework().Match(Repository.Read("Directory.Build.props")).Groups["version"].Value;
        Assert.Equal([$"mcr.microsoft.com/dotnet/sdk:{framework}-noble", $"mcr.microsoft.com/dotnet/aspnet:{framework}-noble"], Of("FROM").Select(words => words[1]));
        Assert.Equal("$APP_UID", Assert.Single(Of("USER"))[1]);
        Assert.Contains("ENTRYPOINT [\"dotnet\", \"Chat.Node.dll\"]", _instructions);
    }

    [Fact]
    public void The_settings_of_the_image_are_known()
    {
        var environment = Of("ENV").SelectMany(words => words.Skip(1)).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        var settings = NodeEnvironment.Read(environment);
        Assert.Equal(IPAddress.Any, settings.Bind);
        Assert.Equal([$"{settings.Port}", $"{settings.Web.Port}", $"{settings.HttpPort}"], Assert.Single(Of("EXPOSE")).Skip(1));
    }

    [Fact]
    public async Task A_node_that_is_ready_is_healthy_and_one_that_has_stopped_is_not()
    {
        Assert.Contains(_instructions, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal) && line.EndsWith("CMD [\"./healthcheck.sh\"]", StringComparison.Ordinal));
        int port;
        await using (var node = await TestNode.StartAsync(_folder))
        {
            port = node.HttpPort;
            Assert.Equal(0, await AskAsync(port));
        }

        Assert.Equal(1, await AskAsync(port));
    }

    [Fact]
    public async Task A_container_starts_before_its_name_is_known()
    {
        await using var node = await TestNode.StartAsync(
            _folder, "--Chat:Bind=0.0.0.0", "--Chat:Cluster:Hostname=chat-0.nodes.invalid", $"--Chat:Cluster:Port={FreePort.Next()}");
        await using var client = await node.ConnectAsync();
        Assert.StartsWith("chat-0.nodes.invalid:", client.Hello.Text("node"), StringComparison.Ordinal);
        Assert.Equal(0, await AskAsync(node.HttpPort));
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\nUnhealthy", true)]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n200", true)]
    [InlineData("200", true)]
    [InlineData("", true)]
    [InlineData("", false)] // takes the question and does not answer
    public async Task Any_other_answer_is_unhealthy_and_none_is_not_waited_for(string answer, bool isClosed)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var clock = Stopwatch.StartNew();
        var asking = AskAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptSocketAsync();
        var question = new byte[200];
        var length = await client.ReceiveAsync(question);
        Assert.StartsWith("GET /health/ready HTTP/", System.Text.Encoding.ASCII.GetString(question, 0, length), StringComparison.Ordinal);
        await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        if (isClosed)
            client.Close();
        Assert.Equal(1, await asking);
        Assert.True(isClosed || clock.Elapsed > TimeSpan.FromSeconds(3), "it did not wait for an answer");
    }

    static Task<int> AskAsync(int port) => Shell.RunAsync([HealthCheck], ("Chat__HttpPort", $"{port}"));

    IEnumerable<string[]> Of(string instruction) =>
        _instructions.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words[0] == instruction);

    [GeneratedRegex(@"Include=""\.\.[\\/](?<folder>[\w.]+)[\\/]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex SourceFolder();

    [GeneratedRegex("<TargetFramework>net(?<version>[0-9.]+)</TargetFramework>", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Framework();
}
