using Akka.Actor;
using Chat.Node.Actors;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What becomes of the next request.</summary>
enum Turn
{
    NotYet,
    Now,
    TooFast,
}

/// <summary>The queue may be looked at again.</summary>
sealed class ContinueRequests : INoSerializationVerificationNeeded
{
    public static readonly ContinueRequests Instance = new();
}

/// <summary>Requests are handled one after the other, and no faster than the limit; posts do not wait for the answers of posts before them.</summary>
sealed class RequestQueue(SessionCore core)
{
    /// <summary>In a second. What comes above that is not answered but read more slowly: an answer is longer than what a flood is made of.</summary>
    public const int MaxRefusals = 100;

    static readonly TimeSpan SlowReading = TimeSpan.FromMilliseconds(20);

    TokenBucket _frames = new(core.Services.Limits.FramesPerSecond);
    Queue<Request>? _waiting;
    OneShotTimer _continuing;
    int _refusals;
    int _second;

    public bool IsEmpty => _waiting is not { Count: > 0 };

    /// <summary>Whether a request that has just come is to be handled now; else it waits for its turn.</summary>
    public bool TryPass(Request request, out Turn turn)
    {
        turn = IsEmpty ? NextTurn() : Turn.NotYet;
        if (turn != Turn.NotYet)
            return true;
        (_waiting ??= new Queue<Request>()).Enqueue(request);
        core.HasWaitingRequests = true;
        return false;
    }

    /// <summary>The next one that has waited, if it is its turn.</summary>
    public bool TryTake(out Request request, out Turn turn)
    {
        turn = IsEmpty ? Turn.NotYet : NextTurn();
        request = turn == Turn.NotYet ? null! : _waiting!.Dequeue();
        core.HasWaitingRequests = !IsEmpty;
        return turn != Turn.NotYet;
    }

    public void OnContinue() => _continuing.Clear();

    public void Stop() => _continuing.Cancel();

    bool MayRefuse()
    {
        var second = (int)(core.Now / 1000);
        if (_second != second)
            (_second, _refusals) = (second, 0);
        return _refusals++ < MaxRefusals;
    }

    Turn NextTurn()
    {
        if (core.IsBusy || core.Life == SessionLife.Closed || core.Frames.ClosesWhenFlushed || _continuing.IsSet)
            return Turn.NotYet;
        if (_frames.TryTake(core.Now))
            return Turn.Now;
        if (core.IsModern && MayRefuse())
            return Turn.TooFast;
        // A legacy client cannot be told, and one that goes on does not listen: it is read more slowly instead.
        _continuing.Set(core.Context, SlowReading, ContinueRequests.Instance);
        return Turn.NotYet;
    }
}
