using Akka.Actor;

namespace Chat.Node.Gateway;

/// <summary>To a session: nobody else has had anything for your client; flush.</summary>
sealed class FlushDue : INoSerializationVerificationNeeded
{
    public static readonly FlushDue Instance = new();
}

/// <summary>A session whose outbox holds nothing but acknowledgements.</summary>
sealed class WaitingFlush(IActorRef session)
{
    public IActorRef Session => session;

    /// <summary>Until it flushes: by itself, because something else came, or because the round is over.</summary>
    public volatile bool IsWaiting;
}

/// <summary>
/// Lets acknowledgements wait for one round of the sockets, so that they leave with the next message to their client, if there is one on
/// its way: in a conversation that goes back and forth that is one write for each message instead of one and a half. A round takes as long
/// as what is ready takes: nothing on a node that is not busy.
/// </summary>
sealed class AcknowledgementRound(Action<IThreadPoolWorkItem> queueUp) : IThreadPoolWorkItem
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

    public AcknowledgementRound()
        : this(static round => ThreadPool.UnsafeQueueUserWorkItem(round, preferLocal: false)) // where sessions queue up, see SessionDispatcher
    {
    }

    List<WaitingFlush> _entered = [];
    List<WaitingFlush> _leaving = [];
    Step _step;
    bool _isUnderWay;

    /// <summary>Sends <see cref="FlushDue"/> to it, if it still waits then.</summary>
    public void Enter(WaitingFlush flush)
    {
        flush.IsWaiting = true;
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
                Thread.Yield();
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
        {
            if (flush.IsWaiting)
                flush.Session.Tell(FlushDue.Instance);
        }

        _leaving.Clear();
    }
}
