using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;

namespace Chat.Node.Conversations;

/// <summary>Messages with numbers of one order on their way to their receivers: sends what <see cref="FanOut"/> says.</summary>
/// <param name="users">Where to.</param>
/// <param name="incarnation">Whose numbers they are.</param>
/// <param name="clock">When to send again.</param>
sealed class DeliveryLane(UserLinks users, long incarnation, TimeProvider clock)
{
    const long ResendAfterMilliseconds = 1000;

    readonly FanOut _fanOut = new();
    FanOutSpans? _spans;

    public long Incarnation => incarnation;

    public bool IsIdle => _fanOut.IsIdle;

    public bool IsFull => _fanOut.Unconfirmed >= FanOut.MaxUnconfirmed;

    /// <summary>The server time of the oldest unconfirmed message; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestTs => _fanOut.OldestTs ?? long.MaxValue;

    public long LastNumber => _fanOut.LastNumber;

    public bool IsFinishedTo(long number) => _fanOut.IsFinishedTo(number);

    public void StartAfter(long number) => _fanOut.StartAfter(number);

    /// <summary>Another order of numbers to the same users.</summary>
    public DeliveryLane Beside(long otherIncarnation) => new(users, otherIncarnation, clock);

    /// <summary>Puts a message on its way; returns whether it was sent to anybody now.</summary>
    /// <param name="message">The message; its sender is a receiver only of copies.</param>
    /// <param name="number">Above all numbers before it.</param>
    /// <param name="receivers">Who gets it.</param>
    /// <param name="hasCopies">Whether the sender's other sessions want it.</param>
    /// <param name="mayBeKnown">As in <see cref="FanOut.Add"/>.</param>
    /// <param name="trace">The traceparent of the hop before, if its way is recorded.</param>
    public bool Add(AcceptedMessage message, long number, ReadOnlySpan<int> receivers, bool hasCopies, bool mayBeKnown, string? trace = null)
    {
        var (due, unconfirmed) = (users.Due, _fanOut.Unconfirmed);
        _fanOut.Add(message, number, receivers, hasCopies, mayBeKnown, clock.CoarseMilliseconds(), due);
        if (trace is not null && _fanOut.Unconfirmed > unconfirmed && MessageSpans.BeginFanOut(trace, message.Conversation, message.Seq) is { } span)
            (_spans ??= new FanOutSpans()).Add(number, span, receivers.Length);
        var isSent = due.Count > 0;
        users.SendDue(incarnation, throughRegion: false, _spans);
        return isSent;
    }

    /// <inheritdoc cref="FanOut.Rewrite" />
    public void Rewrite(long seq, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> references) => _fanOut.Rewrite(seq, body, references);

    /// <summary>Returns the numbers that now everybody has; the list is used again.</summary>
    public List<long> Confirm(DeliveryConfirmed confirmed, IActorRef user)
    {
        users.Watch(confirmed.UserId, user);
        var finished = _fanOut.Confirm(confirmed.UserId, confirmed.UpTo, clock.CoarseMilliseconds(), users.Due);
        users.SendDue(incarnation, throughRegion: false, _spans);
        _spans?.End(finished);
        return finished;
    }

    public void Resend(ResendDeliveries resend, IActorRef user)
    {
        users.Watch(resend.UserId, user);
        _fanOut.Resend(resend.UserId, resend.After, clock.CoarseMilliseconds(), users.Due);
        users.SendDue(incarnation, throughRegion: false, _spans);
    }

    /// <summary>Whose life has ended; null if nobody's. What was not confirmed goes to the next one.</summary>
    public int? OnUserEnded(IActorRef user)
    {
        var userId = users.Forget(user);
        if (userId is { } ended)
            ResendToNextLife(ended);
        return userId;
    }

    /// <summary>What a user that has ended had not confirmed goes to its next life, by way of the region.</summary>
    public void ResendToNextLife(int userId)
    {
        _fanOut.Resend(userId, 0, clock.CoarseMilliseconds(), users.Due);
        users.SendDue(incarnation, throughRegion: true, _spans);
    }

    /// <summary>What is not confirmed is left to the next life.</summary>
    public void Stop() => _spans?.Abandon();

    public void OnTick()
    {
        if (_fanOut.IsIdle)
        {
            _fanOut.ForgetSettled();
            return;
        }

        _fanOut.ResendOverdue(clock.CoarseMilliseconds(), ResendAfterMilliseconds, users.Due);
        users.SendDue(incarnation, throughRegion: true, _spans);
    }
}
