using Chat.Bench.Measuring;

namespace Chat.Bench.Load;

/// <summary>What the parts of the load share; owned by its thread.</summary>
sealed class LoadState(uint run, IReadOnlyList<LoadConnection> connections, IReadOnlyList<Flow> flows)
{
    /// <summary>In every message, so that what earlier runs left behind is known as such.</summary>
    public uint Run => run;

    public IReadOnlyList<LoadConnection> Connections => connections;

    public IReadOnlyList<Flow> Flows => flows;

    /// <summary>Flows that may be able to send.</summary>
    public Queue<Flow> Ready { get; } = new();

    /// <summary>Flows that wait until what was refused may be sent again.</summary>
    public List<Flow> Refused { get; } = [];

    /// <summary>Connections whose kernel does not take more: to be watched until it does.</summary>
    public Queue<LoadConnection> PushedBack { get; } = new();

    /// <summary>Connections that broke while something was sent.</summary>
    public Queue<LoadConnection> Broken { get; } = new();

    public RunMeter Meter { get; set; } = null!;

    /// <summary>Told of each acknowledgement; null: nobody asks.</summary>
    public Action<MessageMoment>? OnAcknowledged { get; set; }

    /// <summary>Deliveries that the messages sent so far should bring.</summary>
    public long Expected { get; set; }

    /// <summary>Different deliveries so far.</summary>
    public long Arrived { get; set; }

    /// <summary>Frames of the server so far.</summary>
    public long Frames { get; set; }

    /// <summary>Messages of other runs, which nobody waits for.</summary>
    public long Unrelated { get; set; }

    public void Send(LoadConnection connection, ReadOnlySpan<byte> bytes, long now)
    {
        var wasPushedBack = connection.IsPushedBack;
        if (!connection.Send(bytes, now))
            Broken.Enqueue(connection);
        else if (connection.IsPushedBack && !wasPushedBack)
            PushedBack.Enqueue(connection);
    }

    public void Queue(Flow flow)
    {
        if (flow.IsQueued)
            return;
        flow.IsQueued = true;
        Ready.Enqueue(flow);
    }
}
