using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>What to do with a post.</summary>
enum Verdict
{
    /// <summary>Log it (with a history) or fan it out (without one): it has its number.</summary>
    Take,

    /// <summary>Answer at once: accepted before, or refused.</summary>
    Answer,

    /// <summary>It is on its way: the answer comes with the first one's.</summary>
    Wait,

    /// <summary>Something before it is missing: ask for it.</summary>
    Resend,

    /// <summary>The sender is not known as one who may write, or the other user not as existing: read again, then judge again.</summary>
    AskMembers,
}

/// <summary>The verdict with what goes with it.</summary>
readonly record struct Judgement(Verdict Verdict, long Number = 0, long Ts = 0, ErrorCode Error = ErrorCode.None, string Reason = "")
{
    /// <summary>When the reason of a refusal ends, in milliseconds since 1970; 0: nobody knows.</summary>
    public long Until { get; init; }
}

/// <summary>
/// The rules of one conversation: who may send, which number comes next, what was accepted before, what is refused until
/// a refused post comes again. Pure.
/// </summary>
sealed class ConversationState(ConversationId id, bool keepsHistory)
{
    const int RememberedWithHistory = 128;
    const int RememberedWithout = 1000;
    const int MaxSenders = 256;

    /// <summary>The receiving end of one session's posts.</summary>
    sealed class Sender
    {
        public long Last;
        public int RefusedEpoch = -1;
    }

    readonly RecentPosts _recent = new(keepsHistory ? RememberedWithHistory : RememberedWithout);
    SmallMap<long, Sender> _senders;
    SmallMap<long, InFlightPost> _inFlight;
    SmallMap<PostKey, InFlightPost> _inFlightByKey;

    public ConversationId Id => id;

    /// <summary>The members; for two users, those of them that exist.</summary>
    public IReadOnlySet<int> Members
    {
        get;
        set
        {
            field = value;
            _receivers = [.. value, IWebhooks.ReceiverId];
            _silenced = value is PairMembers pair ? [.. pair.Silenced] : [];
        }
    } = new HashSet<int>();

    /// <summary>Who of them may not send.</summary>
    public SendingRights Sending { get; set; } = SendingRights.Everybody;

    /// <summary>The first number that each member sees; null: everybody sees everything.</summary>
    public IReadOnlyDictionary<int, long>? JoinSeqs { get; set; }

    /// <summary>Whether a member sees a message. Who has come since the members were read is not known here, and asks.</summary>
    public bool Sees(int userId, long seq) => JoinSeqs is null || (JoinSeqs.TryGetValue(userId, out var first) && seq >= first);

    /// <summary>The members, to be gone through for every message; and the webhooks, if there are any.</summary>
    public ReadOnlySpan<int> Receivers(bool withWebhooks) => _receivers.AsSpan(0, _receivers.Length - (withWebhooks ? 0 : 1));

    /// <summary>Whether the other user has blocked this one.</summary>
    public bool IsSilenced(int userId) => _silenced.Length > 0 && Array.IndexOf(_silenced, userId) >= 0;

    /// <summary>The last number given, logged or in flight.</summary>
    public long Head { get; private set; }

    /// <summary>The last number known to be committed.</summary>
    public long CommittedHead { get; private set; }

    /// <summary>How many of the numbers up to <see cref="Head"/> are of system messages.</summary>
    public long Systems { get; private set; }

    int[] _receivers = [IWebhooks.ReceiverId];
    int[] _silenced = [];
    long _lastTs;
    long _committedSystems;

    public int InFlight => _inFlight.Count;

    public bool IsEmpty => _inFlight.Count == 0;

    /// <summary>Starts after what the log holds.</summary>
    public void StartAt(LogHead? head)
    {
        if (head is null)
            return;
        Head = CommittedHead = Math.Max(Head, head.Seq);
        Systems = _committedSystems = head.Systems;
        _lastTs = Math.Max(_lastTs, head.Ts);
        Remember(head.Sender, head.Cmid, head.Seq, head.Ts);
    }

    /// <summary>A row that turned up in the log.</summary>
    public void Learn(LogRow row)
    {
        if (row.Seq > CommittedHead)
            _committedSystems = row.Systems;
        Head = Math.Max(Head, row.Seq);
        CommittedHead = Math.Max(CommittedHead, row.Seq);
        _lastTs = Math.Max(_lastTs, row.Ts);
        Remember(row.Sender, row.Cmid, row.Seq, row.Ts);
    }

    /// <summary>Judges a post; <see cref="Verdict.Take"/> has given it a number and a time.</summary>
    /// <param name="post">The post.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    /// <param name="isMembershipFresh">Whether the members were just read, so that asking again is no use.</param>
    /// <param name="isBusy">Whether no more can be taken now.</param>
    public Judgement Judge(Post post, long now, bool isMembershipFresh, bool isBusy)
    {
        var sender = SenderOf(post.SessionId);
        var arrival = GoBackN.Judge(sender.Last, post.Previous, post.Number, post.AnsweredTo);
        if (arrival == Arrival.Gap)
            return new Judgement(Verdict.Resend, Math.Max(sender.Last, post.AnsweredTo));
        var key = PostKey.Of(post.Sender, post.Cmid);
        if (FindPrevious(key, post) is { } previous)
        {
            sender.Last = Math.Max(sender.Last, post.Number);
            return previous;
        }

        if (RefusalOf(post, now, isMembershipFresh) is { } refusal)
        {
            if (refusal.Verdict == Verdict.Answer)
                sender.Last = Math.Max(sender.Last, post.Number);
            return refusal;
        }

        sender.Last = Math.Max(sender.Last, post.Number);
        if (post.Epoch <= sender.RefusedEpoch)
            return Unavailable("an earlier message has to come again first");
        if (isBusy || Head >= StoredNumbers.MaxSeq)
        {
            sender.RefusedEpoch = post.Epoch;
            return Unavailable("the conversation is busy");
        }

        _lastTs = Math.Max(_lastTs, now);
        Launch(new InFlightPost(key, ++Head, _lastTs, post.SenderHasOtherDevices, post.SessionId, WaitFor(post)));
        return new Judgement(Verdict.Take, Head, _lastTs);
    }

    /// <summary>
    /// Judges a message that no session of ours has sent, of another server or a system message: <see cref="Verdict.Take"/> has given it a number and a time, <see cref="Verdict.Answer"/> tells
    /// those that it has, <see cref="Verdict.Wait"/> means that it is on its way.
    /// </summary>
    /// <param name="sender">Who wrote it; 0: nobody, it is a system message.</param>
    /// <param name="cmid">No client's: of <see cref="ImportId"/>, or of <see cref="WaitingSystemMessage"/>.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public Judgement Import(int sender, string cmid, long now)
    {
        var key = PostKey.Of(sender, cmid);
        if (_inFlightByKey.ContainsKey(key))
            return new Judgement(Verdict.Wait);
        if (_recent.TryFind(key, out var seq, out var ts))
            return new Judgement(Verdict.Answer, seq, ts);
        _lastTs = Math.Max(_lastTs, now);
        Systems += key.IsSystem ? 1 : 0;
        Launch(new InFlightPost(key, ++Head, _lastTs, hasSiblings: true, originSession: 0));
        return new Judgement(Verdict.Take, Head, _lastTs);
    }

    /// <summary>Refuses whatever a session sends until it has taken note.</summary>
    public void RefuseFrom(WaitingSession session)
    {
        var sender = SenderOf(session.SessionId);
        sender.RefusedEpoch = Math.Max(sender.RefusedEpoch, session.Epoch);
    }

    /// <summary>An accepted post leaves the flight; its waiting sessions get their answers.</summary>
    public InFlightPost? Accept(long number, long seq, long ts)
    {
        if (Land(number) is not { } landed)
            return null;
        if (seq > 0)
            CommittedHead = Math.Max(CommittedHead, seq);
        _committedSystems += landed.Key.IsSystem ? 1 : 0;
        _recent.Add(landed.Key, seq, ts);
        return landed;
    }

    /// <summary>A post that was not written leaves the flight; its sessions are refused until it comes again.</summary>
    public InFlightPost? Fail(long number) => Land(number);

    /// <summary>After all rows have settled: numbers go on behind what is committed.</summary>
    public void ResetHead() => (Head, Systems) = (CommittedHead, _committedSystems);

    /// <summary>The newest number was not handed to the log: it can be given again.</summary>
    public InFlightPost? TakeBack(long number)
    {
        Head = number - 1;
        var post = Fail(number);
        Systems -= post?.Key.IsSystem == true ? 1 : 0;
        return post;
    }

    public InFlightPost? Find(long number) => _inFlight.TryGetValue(number, out var inFlight) ? inFlight : null;

    /// <summary>Forgets the sessions' numbers when there are many: a live one lifts us over what it has been answered.</summary>
    public void ForgetSenders()
    {
        if (_senders.Count > MaxSenders && IsEmpty)
            _senders.Clear();
    }

    Sender SenderOf(long sessionId)
    {
        if (!_senders.TryGetValue(sessionId, out var sender))
            _senders[sessionId] = sender = new Sender();
        return sender;
    }

    Judgement? FindPrevious(PostKey key, Post post)
    {
        if (_inFlightByKey.TryGetValue(key, out var inFlight))
        {
            inFlight.Await(WaitFor(post));
            return new Judgement(Verdict.Wait);
        }

        return _recent.TryFind(key, out var seq, out var ts) ? new Judgement(Verdict.Answer, seq, ts) : null;
    }

    void Launch(InFlightPost post)
    {
        _inFlight[post.Number] = post;
        _inFlightByKey[post.Key] = post;
    }

    InFlightPost? Land(long number)
    {
        if (!_inFlight.Remove(number, out var post))
            return null;
        _inFlightByKey.Remove(post.Key, out _);
        return post;
    }

    Judgement? RefusalOf(Post post, long now, bool isMembershipFresh)
    {
        var isMember = Members.Contains(post.Sender);
        var other = id.IsGroup ? post.Sender : id.Other(post.Sender);
        var isSilenced = IsSilenced(post.Sender);
        if (isMember && Members.Contains(other) && !isSilenced)
            return Sending.RefusalOf(post.Sender, now) is { } silence ? new Judgement(Verdict.Answer, Error: ErrorCode.Forbidden, Reason: silence.Reason) { Until = silence.Until } : null;
        if (!isMembershipFresh)
            return new Judgement(Verdict.AskMembers);
        if (isSilenced)
            return new Judgement(Verdict.Answer, Error: ErrorCode.Blocked, Reason: BlockedBy(other));
        if (id.IsGroup && Members.Count > 0)
            return new Judgement(Verdict.Answer, Error: ErrorCode.NotYours, Reason: $"you are not a member of group {id.B}");
        return new Judgement(Verdict.Answer, Error: ErrorCode.NotFound, Reason: id.IsGroup ? $"there is no group {id.B}" : $"there is no user {other}");
    }

    /// <summary>What somebody is told whom the other user has blocked.</summary>
    public static string BlockedBy(int userId) => $"user {userId} takes no messages from you";

    void Remember(int sender, string cmid, long seq, long ts) => _recent.Add(PostKey.Of(sender, cmid), seq, ts);

    static WaitingSession WaitFor(Post post) => new(post.SessionId, post.Number, post.Epoch);

    static Judgement Unavailable(string reason) => new(Verdict.Answer, Error: ErrorCode.Unavailable, Reason: reason);
}
