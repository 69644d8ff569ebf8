using Chat.Bench.Measuring;
using Chat.Checker.Wire;

namespace Chat.Bench.Load;

/// <summary>
/// Makes the load: one thread, which waits for sockets and for due messages, and does everything itself. May run several
/// plans, one after the other, over the same connections.
/// </summary>
sealed class LoadLoop : IDisposable
{
    const int EventsAtOnce = 64; // so few that a due message never waits long behind them
    const double HeartbeatSeconds = 20;
    static readonly long Second = LoadClock.Ticks(1.0);

    readonly LoadState _state;
    readonly UsageProbe _probe;
    readonly FrameHandler _frames;
    readonly IPoller _poller;
    readonly bool _hasHeartbeat;
    readonly PollEvent[] _events = new PollEvent[EventsAtOnce];
    readonly byte[] _received = new byte[256 * 1024];
    long _lostBefore;

    public LoadLoop(LoadState state, UsageProbe probe, int markEvery = 0, bool hasHeartbeat = true, IPoller? poller = null)
    {
        (_state, _probe, _hasHeartbeat) = (state, probe, hasHeartbeat);
        _frames = new FrameHandler(state, markEvery);
        _poller = poller ?? (OperatingSystem.IsLinux() ? new EpollPoller() : new SelectPoller());
        foreach (var connection in state.Connections)
        {
            connection.Socket.Blocking = false;
            _poller.Add(connection.Socket, connection.Index);
        }
    }

    public LoadState State => _state;

    /// <summary>Runs a plan to its end.</summary>
    public RunResult Run(LoadPlan plan)
    {
        var start = LoadClock.Now;
        var from = plan.MessagesPerFlow is null ? start + LoadClock.Ticks(plan.WarmUp) : start;
        var to = from + LoadClock.Ticks(plan.Measure);
        var meter = _state.Meter = new RunMeter(plan.Workload, _probe, from, to);
        var pump = new FlowPump(_state, plan);
        meter.Start(start);
        pump.Start(start);
        HandleRests();
        var run = new Progress(plan, start, from, to, start + Second);
        while (Turn(pump, ref run))
        {
            // one turn after the other
        }

        End(pump);
        return meter.Finish(plan.RatePerSecond);
    }

    public void Dispose()
    {
        _poller.Dispose();
        foreach (var connection in _state.Connections)
            connection.Dispose();
    }

    /// <summary>Sends, waits, receives; false at the end of the run.</summary>
    bool Turn(FlowPump pump, ref Progress run)
    {
        var now = LoadClock.Now;
        if (!Advance(ref run, pump, now))
            return false;
        var wake = run.Phase == LoadPhase.Drain ? run.NextSecond : pump.Schedule(now, run.To);
        pump.Pump(now);
        wake = Math.Min(wake, run.NextSecond);
        if (run.Phase == LoadPhase.WarmUp)
            wake = Math.Min(wake, run.From);
        if (run.Phase == LoadPhase.Drain || _state.Refused.Count > 0)
            wake = Math.Min(wake, now + Second / 50);
        Attend();
        var count = _poller.Wait(_events, _state.Ready.Count > 0 ? 0 : wake - LoadClock.Now);
        for (var i = 0; i < count; i++)
            Handle(_events[i]);
        Attend();
        return true;
    }

    /// <summary>Connections on which sending has stopped for now, or for good.</summary>
    void Attend()
    {
        while (_state.PushedBack.TryDequeue(out var connection))
        {
            if (!connection.IsClosed)
                _poller.WatchWriting(connection.Socket, connection.Index, isWatched: true);
        }

        while (_state.Broken.TryDequeue(out var connection))
        {
            if (!connection.IsClosed)
                Lose(connection);
        }
    }

    /// <summary>Goes on to the next phase when it is time; false at the end.</summary>
    bool Advance(ref Progress run, FlowPump pump, long now)
    {
        if (now >= run.NextSecond)
        {
            var sample = _state.Meter.EndInterval(run.Start, now, run.Phase);
            run.Plan.Progress?.Invoke(sample);
            run.NextSecond = now + Second;
            run.SilentSeconds = run.SeenFrames == _state.Frames ? run.SilentSeconds + 1 : 0;
            run.SeenFrames = _state.Frames;
            Heartbeat(now);
        }

        if (run.Phase == LoadPhase.WarmUp && now >= run.From)
        {
            run.Phase = LoadPhase.Measure;
            _state.Meter.StartMeasuring();
        }

        if (run.Phase == LoadPhase.Measure && (now >= run.To || run.Plan.Over.IsCancellationRequested || (run.Plan.MessagesPerFlow is { } most && ((HasBegun(most) && IsQuiet(isStopped: false)) || run.SilentSeconds >= run.Plan.Drain.TotalSeconds))))
        {
            run.Phase = LoadPhase.Drain;
            pump.Schedule(now, run.To);
            pump.IsEnding = true;
            _state.Meter.StopMeasuring(now);
            (run.DrainStart, run.QuietSince) = (now, 0);
        }

        if (run.Phase != LoadPhase.Drain)
            return true;
        // What the server has not taken by then is not sent any more; what it has taken it may still bring.
        pump.IsStopped = now - run.DrainStart >= LoadClock.Ticks(run.Plan.Drain);
        if (!IsQuiet(pump.IsStopped))
            run.QuietSince = 0;
        else if (run.QuietSince == 0)
            run.QuietSince = now;
        var isSettled = run.QuietSince > 0 && now - run.QuietSince >= LoadClock.Ticks(run.Plan.Settle);
        return !isSettled && now - run.DrainStart < 2 * LoadClock.Ticks(run.Plan.Drain);
    }

    /// <summary>Everything has left, was answered and delivered; once sending has stopped, all that has left.</summary>
    bool IsQuiet(bool isStopped) =>
        _state.Arrived >= _state.Expected - (isStopped ? _state.Flows.Sum(flow => (long)flow.Refused * flow.Checkers.Count) : 0)
        && _state.Flows.All(flow => flow.Sender.IsClosed
            || (flow.UnderWay == 0 && !flow.Sender.IsPushedBack && (isStopped || (flow.Owed == 0 && !flow.HasRefused))));

    bool HasBegun(long messages) => _state.Flows.All(flow => flow.Sender.IsClosed || flow.BegunInRun >= messages);

    void Handle(PollEvent item)
    {
        var connection = _state.Connections[item.Index];
        if (connection.IsClosed)
            return;
        if (item.IsWritable)
            HandleWritable(connection);
        if (item.IsReadable && !connection.IsClosed)
            HandleReadable(connection);
    }

    void HandleReadable(LoadConnection connection)
    {
        var count = connection.Receive(_received);
        if (count < 0)
        {
            Lose(connection);
            return;
        }

        HandleFrames(connection, _received.AsSpan(0, count));
    }

    /// <summary>What came with the logins: no socket will say that it is there.</summary>
    void HandleRests()
    {
        foreach (var connection in _state.Connections)
            HandleFrames(connection, connection.TakeRest());
    }

    void HandleFrames(LoadConnection connection, ReadOnlySpan<byte> received)
    {
        var now = LoadClock.Now;
        while (FrameScanner.TryTake(ref received, connection.IsModern, out var frame))
        {
            _state.Frames++;
            _frames.Handle(connection, frame, now);
        }

        if (received.Length == _received.Length)
            Lose(connection); // no frame is that long
        else
            connection.KeepRest(received);
    }

    void HandleWritable(LoadConnection connection)
    {
        if (!connection.SendRest())
            Lose(connection);
        else if (!connection.IsPushedBack)
        {
            _poller.WatchWriting(connection.Socket, connection.Index, isWatched: false);
            foreach (var flow in connection.Flows)
                _state.Queue(flow);
        }
    }

    void Lose(LoadConnection connection)
    {
        _poller.Remove(connection.Socket, connection.Index);
        connection.Close();
        _state.Meter.Tally.Disconnected++;
    }

    void Heartbeat(long now)
    {
        if (!_hasHeartbeat)
            return;
        foreach (var connection in _state.Connections)
        {
            if (!connection.IsClosed && !connection.IsPushedBack && now - connection.LastSent > LoadClock.Ticks(HeartbeatSeconds))
                _state.Send(connection, connection.IsModern ? "{\"msgid\":104}\n"u8 : "{\"msgid\":104}\0"u8, now);
        }
    }

    void End(FlowPump pump)
    {
        var (now, tally) = (LoadClock.Now, _state.Meter.Tally);
        var lost = 0L;
        foreach (var flow in _state.Flows)
        {
            foreach (var (number, intended) in flow.Unsettled())
            {
                tally.Unanswered += flow.Sender.IsModern ? 1 : 0;
                _state.Meter.OnCensored(intended, now, flow.Checkers.Count(checker => checker.Missing(number).Contains(number)), flow.Sender.IsModern);
            }

            foreach (var intended in pump.Owed(flow))
                _state.Meter.OnCensored(intended, now, flow.Checkers.Count, flow.Sender.IsModern);
            flow.Owed = 0;
            lost += flow.Checkers.Sum(checker => checker.Missing(flow.LastNumber).LongCount(flow.IsPromised));
        }

        tally.Lost = Math.Max(0, lost - _lostBefore);
        _lostBefore = lost;
    }

    struct Progress(LoadPlan plan, long start, long from, long to, long nextSecond)
    {
        public LoadPlan Plan = plan;
        public long Start = start;
        public long From = from;
        public long To = to;
        public long NextSecond = nextSecond;
        public long DrainStart;
        public long QuietSince;
        public long SeenFrames;
        public int SilentSeconds;
        public LoadPhase Phase;
    }
}
