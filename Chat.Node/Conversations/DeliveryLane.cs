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
    /// <inheritdoc cref="FanOut.Add"/>
    public bool Add(AcceptedMessage message, long number, ReadOnlySpan<int> receivers, bool hasCopies, bool mayBeKnown)
    {
        var due = users.Due;
        _fanOut.Add(message, number, receivers, hasCopies, mayBeKnown, clock.CoarseMilliseconds(), due);
        var isSent = due.Count > 0;
        users.SendDue(incarnation, throughRegion: false);
        return isSent;
    }

    /// <inheritdoc cref="FanOut.Rewrite" />
    public void Rewrite(long seq, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> references) => _fanOut.Rewrite(seq, body, references);

    /// <summary>Returns the numbers that now everybody has; the list is used again.</summary>
    public List<long> Confirm(DeliveryConfirmed confirmed, IActorRef user)
    {
        users.Watch(confirmed.UserId, user);
        var finished = _fanOut.Confirm(confirmed.UserId, confirmed.UpTo, clock.CoarseMilliseconds(), users.Due);
        users.SendDue(incarnation, throughRegion: false);
        return finished;
    }

    public void Resend(ResendDeliveries resend, IActorRef user)
    {
        users.Watch(resend.UserId, user);
        _fanOut.Resend(resend.UserId, resend.After, clock.CoarseMilliseconds(), users.Due);
        users.SendDue(incarnation, throughRegion: false);
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
        users.SendDue(incarnation, throughRegion: true);
    }

    public void OnTick()
    {
        if (_fanOut.IsIdle)
        {
            _fanOut.ForgetSettled();
            return;
        }

        _fanOut.ResendOverdue(clock.CoarseMilliseconds(), ResendAfterMilliseconds, users.Due);
        users.SendDue(incarnation, throughRegion: true);
    }
}
