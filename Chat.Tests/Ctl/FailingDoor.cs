using System.Net;
using System.Net.Http.Headers;
using Chat.Checker.Processes;

namespace Chat.Tests.Ctl;

/// <summary>In front of a node: answers some of the requests as a node that is ending does, and passes on the others.</summary>
sealed class FailingDoor : IAsyncDisposable
{
    readonly HttpListener _listener = new();
    readonly HttpClient _node;
    readonly Task _running;

    /// <param name="node">Behind it.</param>
    /// <param name="failures">Which requests fail, from 0 on.</param>
    public FailingDoor(Uri node, params int[] failures)
    {
        _node = new HttpClient { BaseAddress = node };
        Address = $"http://127.0.0.1:{FreePort.Next()}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _running = RunAsync(failures);
    }

    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _running;
        _node.Dispose();
    }

    async Task RunAsync(int[] failures)
    {
        try
        {
            for (var at = 0; ; at++)
            {
                var context = await _listener.GetContextAsync();
                if (failures.Contains(at))
                    await AnswerAsync(context, HttpStatusCode.ServiceUnavailable, """{"detail":"this node is starting or ending: ask another one"}"""u8.ToArray());
                else
                    await PassAsync(context);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // closed
        }
    }

    async Task PassAsync(HttpListenerContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.RawUrl);
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(context.Request.Headers["Authorization"]!);
        using var answer = await _node.SendAsync(request);
        await AnswerAsync(context, answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }

    static async Task AnswerAsync(HttpListenerContext context, HttpStatusCode status, byte[] body)
    {
        context.Response.StatusCode = (int)status;
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }
}
