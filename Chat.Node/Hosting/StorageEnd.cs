using Akka;
using Chat.Node.Cluster;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Webhooks;

namespace Chat.Node.Hosting;

/// <summary>The last that a node does: what it gave to the batching streams is written, and the database hears that it is gone.</summary>
static class StorageEnd
{
    /// <summary>Below the time-out of the phase in which it happens, so that what was left can still be said.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(13);

    /// <summary>Never fails: what could not be done is in the log and in the exit code.</summary>
    public static async Task<Done> EndStorageAsync(this IServiceProvider provider)
    {
        var fanOuts = provider.GetRequiredService<FanOutWatermarks>();
        try
        {
            await DrainAsync(provider, fanOuts).WaitAsync(Patience, provider.GetRequiredService<TimeProvider>());
        }
        catch (Exception e) // whatever it is, it must not look like a good end
        {
            provider.GetRequiredService<NodeState>().HasLeftovers = true;
            Log.EndedWithLeftovers(provider.GetRequiredService<ILogger<NodeLifecycle>>(), fanOuts.Unfinished, e.Message);
        }

        return Done.Instance;
    }

    static async Task DrainAsync(IServiceProvider provider, FanOutWatermarks fanOuts)
    {
        await provider.GetRequiredService<MessageLog>().DrainAsync();
        await provider.GetRequiredService<OfflineQueue>().DrainAsync();
        await provider.GetRequiredService<MarkQueue>().DrainAsync();
        await provider.GetRequiredService<CursorQueue>().DrainAsync(); // else the last requests to webhooks are made once more
        var isFinished = !provider.GetRequiredService<NodeLease>().IsLost && fanOuts.OldestTs() == long.MaxValue;
        await provider.GetRequiredService<Nodes>().LeaveAsync(isFinished);
    }
}
