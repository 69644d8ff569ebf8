using System.Collections.Concurrent;
using Chat.Bench.Checking;
using Chat.Bench.Measuring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Bench.Workloads;

/// <summary>An endpoint of webhooks that takes everything at once, and notes when each message of the load has come.</summary>
sealed class WebhookSink : IDisposable
{
    readonly WebApplication _app;
    readonly uint _run;

    WebhookSink(WebApplication app, uint run) => (_app, _run) = (app, run);

    /// <summary>Messages of the run in the order of their arrival, repetitions too.</summary>
    public ConcurrentQueue<MessageMoment> Received { get; private set; } = new();

    public Uri Url => new($"{_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}/hook");

    /// <param name="address">Where it listens, on a free port: the nodes have to reach it.</param>
    /// <param name="run">Messages of other runs are passed over.</param>
    /// <exception cref="BenchException">It cannot listen there.</exception>
    public static WebhookSink Start(string address, uint run)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://{address}:0");
        var sink = new WebhookSink(app, run);
        app.Run(sink.TakeAsync);
        try
        {
            app.StartAsync().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UriFormatException or System.Net.Sockets.SocketException)
        {
            throw new BenchException($"cannot listen on {address}: {e.Message}", e);
        }

        return sink;
    }

    /// <summary>A new round.</summary>
    public void Clear() => Received = new();

    public void Dispose()
    {
        _app.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }

    async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Note(body.GetBuffer().AsSpan(0, (int)body.Length), LoadClock.Now);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Of one message or of several in one request.</summary>
    void Note(ReadOnlySpan<byte> body, long now)
    {
        while (body.IndexOf("\"msg\":\""u8) is var at and >= 0)
        {
            body = body[(at + 6)..];
            var end = body[1..].IndexOf((byte)'"') + 2;
            if (end < 2)
                return;
            if (StampedText.TryRead(body[..end], out var stamp) == StampStatus.Valid && stamp.Run == _run)
                Received.Enqueue(new MessageMoment(stamp.Flow, stamp.Number, now));
            body = body[end..];
        }
    }
}
