using System.Threading.Channels;

namespace ChatActors.Client.Timing;

/// <summary>Wakes one waiting loop, now or later. Several wake-ups before the loop looks are one.</summary>
sealed class AsyncSignal : IDisposable
{
    readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly ITimer _timer;

    public AsyncSignal(TimeProvider timeProvider) =>
        _timer = timeProvider.CreateTimer(static state => ((AsyncSignal)state!).Set(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Replaces what an earlier call asked for.</summary>
    public void SetAfter(TimeSpan delay) => _timer.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, Timeout.InfiniteTimeSpan);

    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _channel.Reader.ReadAsync(cancellationToken);

    public void Dispose() => _timer.Dispose();
}
