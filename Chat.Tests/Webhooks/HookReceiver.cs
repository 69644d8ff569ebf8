using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Chat.Tests.Webhooks;

/// <summary>A real HTTP server that is asked about messages.</summary>
public sealed class HookReceiver : IAsyncDisposable
{
    LocalServer _server = null!;

    public ConcurrentQueue<ReceivedEvent> Questions { get; } = new();

    /// <summary>What a text is answered with: JSON, or nothing for ever.</summary>
    public Func<string, string?> Answer { get; set; } = _ => """{"action":"allow"}""";

    public int Status { get; set; } = StatusCodes.Status200OK;

    public Uri Url { get; private set; } = null!;

    /// <summary>The texts that were asked about.</summary>
    public IEnumerable<string> Texts => Questions.Select(question => TextOf(question.Json));

    public static async Task<HookReceiver> StartAsync()
    {
        var receiver = new HookReceiver();
        receiver._server = await LocalServer.StartAsync(port: 0, app => app.MapPost("/hook", receiver.OnPostAsync));
        receiver.Url = receiver._server.Url;
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    async Task OnPostAsync(HttpContext context)
    {
        var question = await ReceivedEvent.ReadAsync(context.Request);
        Questions.Enqueue(question);
        if (Answer(TextOf(question.Json)) is not { } answer)
        {
            // No answer, until whoever asks has had enough of waiting.
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        context.Response.StatusCode = Status;
        await context.Response.WriteAsync(answer);
    }

    static string TextOf(JsonElement question) => question.GetProperty("data").GetProperty("msg").GetString()!;
}
