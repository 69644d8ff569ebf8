using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>
/// A mark that is to be stored. <c>IsClaim</c>: a client's own word, which nothing here confirms; the log decides, and what waits for the
/// decision is done afterwards. <c>Session</c> is told of a refusal, with the <c>Ref</c> of its client.
/// </summary>
sealed record OpenMark(DeliveryMark Mark, bool IsClaim, IActorRef? Session = null, ReadOnlyMemory<byte> Ref = default);

/// <summary>
/// One user's marks on their way to the database. What is known to exist is gathered, so that a conversation costs one mark a write. What
/// only a client says stays by itself: a false one must not spoil the others. One write at a time. Pure.
/// </summary>
sealed class MarkBook(int userId)
{
    /// <summary>A client that reconnects may repeat its marks of all conversations at once.</summary>
    const int MaxClaims = 4096;

    sealed class Raised
    {
        public long ReceivedTo;
        public long ReadTo;
        public IActorRef? Session;
        public ReadOnlyMemory<byte> Ref;
    }

    SmallMap<ConversationId, Raised> _raised;
    List<OpenMark>? _claims;
    bool _isUnderWay;

    public bool IsUnderWay => _isUnderWay;

    public bool IsIdle => _raised.Count == 0 && _claims is null && !_isUnderWay;

    /// <summary>A write failed: nothing is written until the next tick.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Everything of a conversation up to numbers that exist has been received, and read.</summary>
    /// <param name="conversation">Which.</param>
    /// <param name="receivedTo">The number that was received; 0 if it is not about that.</param>
    /// <param name="session">Who says so; nobody if it follows from what was written to a socket.</param>
    /// <param name="reference">That of its client.</param>
    /// <param name="readTo">The number that was read; 0 if it is not about that.</param>
    public void Raise(ConversationId conversation, long receivedTo, IActorRef? session = null, ReadOnlyMemory<byte> reference = default, long readTo = 0)
    {
        if (!_raised.TryGetValue(conversation, out var raised))
            _raised[conversation] = raised = new Raised();
        raised.ReceivedTo = Math.Max(raised.ReceivedTo, receivedTo);
        raised.ReadTo = Math.Max(raised.ReadTo, readTo);
        if (session is not null)
            (raised.Session, raised.Ref) = (session, reference);
    }

    /// <summary>Takes a mark that the log has to judge; false if too many wait for that.</summary>
    public bool TryClaim(OpenMark claim)
    {
        if (_claims?.Count >= MaxClaims)
            return false;
        (_claims ??= []).Add(claim);
        return true;
    }

    /// <summary>What is to be written now; empty while a write is under way.</summary>
    /// <param name="isDue">Whether it is time for what was gathered too: it waits, claims do not.</param>
    public IReadOnlyList<OpenMark> Next(bool isDue)
    {
        if (isDue)
            IsStuck = false;
        if (_isUnderWay || IsStuck || (_claims is null && (!isDue || _raised.Count == 0)))
            return [];
        var marks = _claims ?? new List<OpenMark>(_raised.Count);
        _claims = null;
        if (isDue)
        {
            foreach (var (conversation, raised) in _raised)
                marks.Add(new OpenMark(new DeliveryMark(userId, conversation, 0, raised.ReceivedTo, raised.ReadTo), IsClaim: false, raised.Session, raised.Ref));
            _raised.Clear();
        }

        _isUnderWay = true;
        return marks;
    }

    public void OnWritten() => _isUnderWay = false;

    /// <summary>Nothing is known of them: they are written again.</summary>
    public void OnFailed(IReadOnlyList<OpenMark> marks)
    {
        _isUnderWay = false;
        IsStuck = true;
        foreach (var mark in marks)
        {
            if (mark.IsClaim)
                (_claims ??= []).Add(mark);
            else
                Raise(mark.Mark.Conversation, mark.Mark.ReceivedTo, mark.Session, mark.Ref, mark.Mark.ReadTo);
        }
    }
}
