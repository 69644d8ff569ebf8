using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>What to do about a message that has come to the marker.</summary>
enum MarkStep
{
    /// <summary>Nothing: it comes again, or is being marked.</summary>
    None,

    /// <summary>Something before it is missing.</summary>
    AskAgain,

    /// <summary>It is durable that endpoints lack it.</summary>
    Confirm,

    /// <summary>The conversation has to be marked first.</summary>
    Mark,
}

/// <summary>
/// The receiving end of all conversations' messages for the webhooks, and which conversations are marked. A stored mark is trusted for a while: the
/// dispatcher takes it away only much later (<see cref="MarkLife"/>). So a busy conversation is not marked with every message. Pure.
/// </summary>
sealed class MarkedConversations
{
    /// <summary>When so many are remembered some are forgotten: their next message is marked once more.</summary>
    public const int Max = 100_000;

    /// <summary>So many go together at least, if so many may: each time all of them are gone through.</summary>
    const int Forgotten = Max / 10;

    sealed class Link(long incarnation)
    {
        public readonly long Incarnation = incarnation;
        public long Last;
        public long ConfirmedTo;
        public long? MarkedAt;
        public bool IsMarking;

        /// <summary>What was there when the write of the mark began.</summary>
        public long BegunTo;
        public long LastUse;
    }

    readonly Dictionary<ConversationId, Link> _links = [];

    /// <summary>None may be forgotten, each is being marked: not looked at again before.</summary>
    long _fullTo = long.MinValue;

    public int Count => _links.Count;

    /// <param name="deliver">The message.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    public MarkStep OnDeliver(Deliver deliver, long now)
    {
        var id = deliver.Message.Conversation;
        if (!_links.TryGetValue(id, out var link) || link.Incarnation != deliver.Incarnation)
        {
            if (link is null && _links.Count >= Max && !MakePlace(now))
                return MarkStep.None; // it comes again
            _links[id] = link = new Link(deliver.Incarnation) { MarkedAt = link?.MarkedAt, IsMarking = link?.IsMarking == true };
        }

        link.LastUse = now;
        switch (GoBackN.Judge(link.Last, deliver.Previous, deliver.Number, deliver.ConfirmedTo))
        {
            case Arrival.Gap:
                return MarkStep.AskAgain;
            case Arrival.Repeated:
                return deliver.Number <= link.ConfirmedTo ? MarkStep.Confirm : MarkStep.None;
        }

        link.Last = deliver.Number;
        if (link.IsMarking)
            return MarkStep.None; // with the mark that is under way, or with the next one
        if (link.MarkedAt is { } markedAt && now - markedAt < MarkLife.TrustedMilliseconds)
        {
            link.ConfirmedTo = link.Last;
            return MarkStep.Confirm;
        }

        link.IsMarking = true;
        return MarkStep.Mark;
    }

    /// <summary>Everything up to here is durable; the life of the conversation that counts so.</summary>
    public (long Incarnation, long UpTo) ConfirmedTo(ConversationId id) =>
        _links.TryGetValue(id, out var link) ? (link.Incarnation, link.ConfirmedTo) : (0, 0);

    /// <summary>The last number that was taken: what is missing is behind it.</summary>
    public long LastOf(ConversationId id) => _links.TryGetValue(id, out var link) ? link.Last : 0;

    /// <summary>The write of a mark begins.</summary>
    public void OnBegin(ConversationId id)
    {
        if (_links.TryGetValue(id, out var link))
            link.BegunTo = link.Last;
    }

    /// <summary>
    /// A mark is stored. What was there when the write began is durable, and so is what came since, if the mark may still be trusted.
    /// </summary>
    /// <param name="id">The conversation.</param>
    /// <param name="begunAt">When the write began, in milliseconds of a steady clock.</param>
    /// <param name="now">The same clock.</param>
    /// <returns>The number from which on it has to be marked once more, if it has.</returns>
    public long? OnMarked(ConversationId id, long begunAt, long now)
    {
        if (!_links.TryGetValue(id, out var link))
            return null;
        link.MarkedAt = begunAt;
        link.ConfirmedTo = now - begunAt < MarkLife.TrustedMilliseconds ? link.Last : Math.Max(link.ConfirmedTo, link.BegunTo);
        link.IsMarking = link.ConfirmedTo < link.Last;
        return link.IsMarking ? link.ConfirmedTo + 1 : null;
    }

    /// <summary>Conversations that have been silent for long.</summary>
    public void Forget(long now) => ForgetSince(now - MarkLife.ForgottenMilliseconds, limit: int.MaxValue);

    /// <summary>Those first whose marks are trusted no more: they would be marked with their next message anyway. False: there is no place.</summary>
    bool MakePlace(long now)
    {
        if (now < _fullTo)
            return false;
        ForgetSince(now - MarkLife.TrustedMilliseconds, limit: int.MaxValue);
        ForgetSince(now, limit: _links.Count - (Max - Forgotten));
        if (_links.Count < Max)
            return true;
        _fullTo = now + MarkLife.TrustedMilliseconds;
        return false;
    }

    void ForgetSince(long lastUse, int limit)
    {
        foreach (var (id, link) in _links)
        {
            if (limit <= 0)
                return;
            if (link.IsMarking || link.LastUse > lastUse)
                continue;
            _links.Remove(id);
            limit--;
        }
    }
}
