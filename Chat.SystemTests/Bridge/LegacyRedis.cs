using System.Globalization;
using System.Net;
using System.Text;
using Chat.SystemTests.Support;

namespace Chat.SystemTests.Bridge;

/// <summary>
/// Redis as a legacy server uses it (hiredis): one connection to publish, one to subscribe with a thread that reads it. It
/// waits for no confirmation of a subscription, and it never connects again: what is broken stays so, and nobody hears of it.
/// </summary>
sealed class LegacyRedis : IDisposable
{
    readonly RespConnection _publisher;
    readonly RespConnection _subscriber;
    readonly SemaphoreSlim _publishing = new(1);
    readonly SemaphoreSlim _subscribing = new(1);

    LegacyRedis(RespConnection publisher, RespConnection subscriber, Func<int, byte[], Task> onMessage)
    {
        (_publisher, _subscriber) = (publisher, subscriber);
        Reading = Task.Run(() => ReadAsync(onMessage));
    }

    /// <summary>Ends when the connection for subscriptions has ended.</summary>
    public Task Reading { get; }

    /// <param name="endpoint">Address and port.</param>
    /// <param name="onMessage">Called for each message, one after the other.</param>
    public static async Task<LegacyRedis> ConnectAsync(string endpoint, Func<int, byte[], Task> onMessage)
    {
        var publisher = await RespConnection.ConnectAsync(IPEndPoint.Parse(endpoint));
        try
        {
            return new LegacyRedis(publisher, await RespConnection.ConnectAsync(IPEndPoint.Parse(endpoint)), onMessage);
        }
        catch (Exception)
        {
            publisher.Dispose();
            throw;
        }
    }

    /// <summary>How many have received it; null when the connection is broken, or Redis refuses. There, the answer is thrown away.</summary>
    public async Task<long?> PublishAsync(int channel, string payload)
    {
        await _publishing.WaitAsync();
        try
        {
            return (long?)await _publisher.CallAsync("PUBLISH", $"{channel}", payload);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            _publishing.Release();
        }
    }

    public Task SubscribeAsync(int channel) => SendAsync("SUBSCRIBE", channel);

    public Task UnsubscribeAsync(int channel) => SendAsync("UNSUBSCRIBE", channel);

    public void Dispose()
    {
        _publisher.Dispose();
        _subscriber.Dispose();
    }

    async Task SendAsync(string command, int channel)
    {
        await _subscribing.WaitAsync();
        try
        {
            await _subscriber.SendAsync(command, $"{channel}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _ = e; // they log it, and the user stays logged in without a subscription
        }
        finally
        {
            _subscribing.Release();
        }
    }

    async Task ReadAsync(Func<int, byte[], Task> onMessage)
    {
        try
        {
            while (true)
            {
                // A confirmation has a number where a message has its payload.
                if (await _subscriber.ReadAsync() is object?[] { Length: 3 } reply && reply[1] is byte[] channel && reply[2] is byte[] payload)
                    await onMessage(int.Parse(Encoding.ASCII.GetString(channel), CultureInfo.InvariantCulture), payload);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _ = e; // their thread ends, and nothing else
        }
    }
}
