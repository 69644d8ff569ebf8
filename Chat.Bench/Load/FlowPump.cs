using Chat.Bench.Measuring;

namespace Chat.Bench.Load;

/// <summary>
/// Sends what the flows may send. A closed loop keeps a number of messages of each flow under way; an open loop sends what its plan
/// says is due, and while a server does not take more, the plan goes on and the intended times stay.
/// </summary>
sealed class FlowPump(LoadState state, LoadPlan plan)
{
    /// <summary>Open loop: messages of one flow under way, as many as the protocol allows a connection (PROTOCOL.md, limits).</summary>
    const int MaxUnderWay = 64;

    /// <summary>The legacy protocol has no such limit; the socket's buffers are one.</summary>
    const int MaxUnderWayLegacy = 4096;

    readonly byte[] _buffer = new byte[64 * 1024];
    readonly double _ticksPerMessage = plan.RatePerSecond is { } rate ? System.Diagnostics.Stopwatch.Frequency / rate : 0;
    long _start;
    long _due;

    /// <summary>No more new messages of a closed loop, no more due ones of an open loop.</summary>
    public bool IsEnding { get; set; }

    /// <summary>Nothing is sent any more, also not what is due or was refused.</summary>
    public bool IsStopped { get; set; }

    public void Start(long now)
    {
        _start = now;
        foreach (var flow in state.Flows)
        {
            (flow.BegunInRun, flow.Owed) = (0, 0);
            state.Queue(flow);
        }
    }

    /// <summary>Open loop: makes every message due whose time has come; returns when the next one is.</summary>
    public long Schedule(long now, long end)
    {
        if (plan.RatePerSecond is null)
            return end;
        var flows = state.Flows.Count;
        while (true)
        {
            var intended = IntendedTime(_due);
            if (intended > now || intended >= end)
                return Math.Min(intended, end);
            var flow = state.Flows[(int)(_due++ % flows)];
            flow.Owed++;
            state.Meter.OnIntended(intended);
            state.Meter.OnNoticed(intended, now);
            state.Queue(flow);
        }
    }

    public void Pump(long now)
    {
        for (var i = state.Refused.Count - 1; i >= 0; i--)
        {
            if (!state.Refused[i].HasRefused)
                state.Refused.RemoveAt(i);
            else if (state.Refused[i].RetryAt <= now)
                state.Queue(state.Refused[i]);
        }

        while (state.Ready.TryDequeue(out var flow))
        {
            flow.IsQueued = false;
            Pump(flow, LoadClock.Now);
        }
    }

    /// <summary>What was due and never sent, with the time at which it should have been.</summary>
    public IEnumerable<long> Owed(Flow flow)
    {
        for (var i = 0; i < flow.Owed; i++)
            yield return IntendedTime((flow.BegunInRun + i) * state.Flows.Count + flow.Index);
    }

    void Pump(Flow flow, long now)
    {
        var connection = flow.Sender;
        var length = 0;
        if (connection.IsClosed || connection.IsPushedBack || IsStopped)
            return;
        if (flow.HasRefused)
        {
            if (flow.UnderWay > 0 || flow.RetryAt > now)
                return;
            while (length + flow.Template.Bytes <= _buffer.Length && flow.TryTakeRefused(out var number, out var intended))
                length += flow.Template.Write(_buffer.AsSpan(length), number, intended);
        }

        while (!flow.HasRefused && MaySend(flow))
        {
            if (length + flow.Template.Bytes > _buffer.Length)
            {
                state.Queue(flow);
                break;
            }

            length += Begin(flow, length, now);
        }

        if (length > 0)
            state.Send(connection, _buffer.AsSpan(0, length), now);
    }

    int Begin(Flow flow, int at, long now)
    {
        long intended;
        if (plan.RatePerSecond is null)
        {
            intended = now;
            state.Meter.OnIntended(intended);
        }
        else
        {
            intended = IntendedTime(flow.BegunInRun * state.Flows.Count + flow.Index);
            flow.Owed--;
        }

        flow.BegunInRun++;
        state.Expected += flow.Checkers.Count;
        return flow.Template.Write(_buffer.AsSpan(at), flow.Begin(intended), intended);
    }

    bool MaySend(Flow flow) =>
        plan.RatePerSecond is null
            ? !IsEnding && flow.UnderWay < plan.Window && !(flow.BegunInRun >= plan.MessagesPerFlow)
            : flow.Owed > 0 && flow.UnderWay < (flow.Sender.IsModern ? MaxUnderWay : MaxUnderWayLegacy);

    long IntendedTime(long place) => _start + (long)(place * _ticksPerMessage);
}
