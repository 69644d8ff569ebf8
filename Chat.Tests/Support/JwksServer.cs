using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chat.Tests.Support;

/// <summary>A real web server that gives an issuer's keys, or whatever it is told to; it goes down and comes back at the same port.</summary>
sealed class JwksServer : IAsyncDisposable
{
    WebApplication? _app;
    int _requests;

    public Uri Url { get; private set; } = new("http://127.0.0.1:0/keys");

    /// <summary>What it answers.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context => context.Response.WriteAsync("""{"keys":[]}""");

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<JwksServer> StartAsync(params TestIssuer[] issuers)
    {
        var server = new JwksServer();
        server.Give(issuers);
        await server.UpAsync();
        return server;
    }

    public void Give(params TestIssuer[] issuers) => GiveText(TestIssuer.Jwks(issuers));

    public void GiveText(string text) => Answer = context => context.Response.WriteAsync(text);

    public async Task UpAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, Url.Port));
        _app = builder.Build();
        _app.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            return Answer(context);
        });
        await _app.StartAsync();
        Url = new Uri($"{_app.Urls.Single()}/keys");
    }

    public async Task DownAsync()
    {
        if (_app is null)
            return;
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync() => await DownAsync();
}
