using Akka.Actor;

namespace Chat.Node.Gateway;

/// <summary>To a session: nobody else has had anything for your client; flush.</summary>
sealed class FlushDue : INoSerializationVerificationNeeded
{
    public static readonly FlushDue Instance = new();
}

/// <summary>The flush of a session whose outbox holds nothing but acknowledgements.</summary>
sealed class DeferredFlush(IActorRef session)
{
    volatile bool _isWaiting;

    public bool IsWaiting => _isWaiting;

    public void Begin() => _isWaiting = true;

    /// <summary>It flushes: because something else has come, or because the round is over.</summary>
    public void End() => _isWaiting = false;

    public void TellIfWaiting()
    {
        if (_isWaiting)
            session.Tell(FlushDue.Instance);
    }
}

/// <summary>
/// Lets acknowledgements wait for one round of the sockets, so that they leave with the next message to their client, if there is one on
/// its way: in a conversation that goes back and forth that is one write for each message instead of one and a half. A round takes as long
/// as what is ready takes, who comes in the middle of one waits for the next as well: nothing on a node that is not busy.
/// </summary>
sealed class AckCoalescer(Action<IThreadPoolWorkItem> queueUp) : IThreadPoolWorkItem
{
    enum Step
    {
        /// <summary>Sockets first: what has come meanwhile is read.</summary>
        Read,

        /// <summary>Behind the sessions to which something came: it is on its way to others now.</summary>
        Pass,

        /// <summary>Behind those others. Who still waits has nothing to wait for.</summary>
        Flush,
    }

    readonly Lock _entering = new();
    List<DeferredFlush> _entered = [];
    List<DeferredFlush> _leaving = [];
    Step _step;
    bool _isUnderWay;

    public AckCoalescer()
        : this(static round => ThreadPool.UnsafeQueueUserWorkItem(round, preferLocal: false)) // where sessions queue up, see SessionDispatcher
    {
    }

    /// <summary>Sends <see cref="FlushDue"/> to it, if it still waits then.</summary>
    public void Enter(DeferredFlush flush)
    {
        flush.Begin();
        lock (_entering)
        {
            _entered.Add(flush);
            if (_isUnderWay)
                return;
            _isUnderWay = true;
        }

        queueUp(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        switch (_step)
        {
            case Step.Read:
                lock (_entering)
                    (_entered, _leaving) = (_leaving, _entered);
                Thread.Yield(); // a hint: with a core to spare the sockets' thread has run already
                _step = Step.Pass;
                break;
            case Step.Pass:
                _step = Step.Flush;
                break;
            case Step.Flush:
                _step = Step.Read;
                FlushWaiting();
                lock (_entering)
                {
                    if (_entered.Count == 0)
                    {
                        _isUnderWay = false;
                        return;
                    }
                }

                break;
        }

        queueUp(this);
    }

    void FlushWaiting()
    {
        foreach (var flush in _leaving)
            flush.TellIfWaiting();
        _leaving.Clear();
    }
}
