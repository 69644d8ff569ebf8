using System.Net;
using System.Text.Json;
using Chat.Ctl;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Chat.Tests.Webhooks;
using Xunit;

namespace Chat.Tests.Ctl;

/// <summary><c>chatctl webhooks</c> against a node with an endpoint that is a real server.</summary>
public sealed class WebhookCommandTests : IAsyncLifetime, IDisposable
{
    readonly TestFolder _folder = new();
    WebhookReceiver _receiver = null!;
    StartedNode _started = null!;
    long _id;

    ApiNode Node => _started.Node;

    public async Task InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _started = await StartedNode.StartAsync($"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Webhooks:AllowPrivate=true");
        _id = (await Node.PostAsync("/webhooks", new { url = _receiver.Url, types = new[] { "message.created" } })).Json.GetProperty("id").GetInt64();
    }

    public async Task DisposeAsync()
    {
        await _started.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_endpoint_is_listed_and_tested_and_one_that_does_not_take_it_has_an_exit_code()
    {
        var listed = await RunAsync("list");
        Assert.Equal(0, listed.Exit);
        Assert.Matches($@"(?m)^{_id}\s+{_receiver.Url}\s+yes\s+message\.created", listed.Said);
        Assert.Equal(0, (await RunAsync("test", $"{_id}")).Exit);
        Assert.Equal("webhook.test", Assert.Single(_receiver.Events).Json.GetProperty("type").GetString());
        _receiver.Answer = _ => HttpStatusCode.InternalServerError;
        var refused = await RunAsync("test", $"{_id}", "--json");
        Assert.Equal((ExitCode.Refused, false), (refused.Exit, JsonDocument.Parse(refused.Said).RootElement.GetProperty("taken").GetBoolean()));
        Assert.Equal(ExitCode.NotFound, (await RunAsync("test", "2000000000")).Exit);
    }

    [Fact]
    public async Task What_was_given_up_is_shown_and_brought_when_asked_for()
    {
        _receiver.Answer = _ => HttpStatusCode.BadGateway;
        var (alice, bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
        await Node.PostAsync("/messages", new { from = alice, to = bob, msg = "hi" });
        await Eventually.EqualAsync(false, () => Task.FromResult(_receiver.Events.IsEmpty));
        await Node.Service<WebhookMarks>().BuryAsync(new WebhookCursor(_id, ConversationId.Direct(alice, bob), 0), "as after a day");
        Assert.Contains("as after a day", (await RunAsync("deliveries", $"{_id}")).Said, StringComparison.Ordinal);
        _receiver.Answer = _ => HttpStatusCode.OK;
        Assert.Equal((0, "what was given up is brought now"), await RunAsync("replay", $"{_id}"));
        await Eventually.EqualAsync("1", () => Task.FromResult<string?>(string.Join(',', _receiver.TakenSeqs)));
    }

    async Task<(int Exit, string Said)> RunAsync(params string[] command)
    {
        var file = Path.Combine(_folder.Path, "key");
        await File.WriteAllTextAsync(file, ApiNode.Key);
        using var said = new StringWriter();
        var exit = await new CtlProgram(TextReader.Null, said, said).RunAsync(["webhooks", .. command, "--node", Node.Http.BaseAddress!.ToString(), "--key-file", file]);
        return (exit, said.ToString().Trim());
    }
}
