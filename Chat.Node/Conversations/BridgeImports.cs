using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>What was read to tell which message a copy is of.</summary>
sealed record ImportPrepared(
    CopyId Id, long Head, IReadOnlyList<LogRow>? Newest, IReadOnlyList<LogRow>? Behind, long? HadTo, bool HasFailed) : INoSerializationVerificationNeeded;

/// <summary>
/// Messages of other servers, which come as copies, one for each receiver. Of two users: logged and brought to the other one like a post.
/// Of a group: logged once, and each copy is settled by itself, beside the order of the numbers: the message itself has gone, in its order,
/// to everybody who was here; the copy finds who was not.
/// </summary>
sealed class BridgeImports(
    ConversationId id, ConversationServices services, ConversationState state, DeliveryLane deliveries, LogWriter log, IActorRef self)
{
    /// <summary>An equal message in the log that is older is another one.</summary>
    const long EqualsLastMilliseconds = 600_000;

    readonly BridgedMessages _copies = new();
    readonly OpenImports _open = new();
    readonly DeliveryLane _sideLane = deliveries.Beside(DeliveryLife.Start(Lane.Side));
    readonly Dictionary<int, Queue<OpenImport>> _onSideLane = [];
    long _sideNumber;

    /// <summary>What members had when they were first sent a copy in this life.</summary>
    readonly Dictionary<int, long> _hadTo = [];

    bool _areCopiesKnown;

    public bool HasOpenWork => !_open.IsEmpty || !_sideLane.IsIdle;

    long UnixMilliseconds => services.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes a copy; false if the members have to be read again first.</summary>
    public bool OnImport(Import import, IActorRef asker, bool isMembershipFresh)
    {
        var open = new OpenImport(import, asker);
        if (_open.IsSettled(open.Id))
        {
            Answer(open, null);
        }
        else if (_open.Find(open.Id) is { } known)
        {
            known.Asker = asker;
        }
        else if (!_open.IsFull && !deliveries.IsFull && !_sideLane.IsFull)
        {
            if (RefusalOf(import) is { } refusal)
            {
                if (!isMembershipFresh)
                    return false;
                Answer(open, refusal);
                return true;
            }

            _open.Add(open);
            Prepare(open);
        }

        return true;
    }

    /// <summary>
    /// What a copy needs has been read. If it cannot be used now, the copy comes again: numbers that are given during a recovery would be
    /// behind a hole.
    /// </summary>
    public void OnPrepared(ImportPrepared prepared, LogFollower follower, bool isBusy)
    {
        if (_open.Find(prepared.Id) is not { } open)
            return;
        var behind = prepared.Behind ?? [];
        // Rows of our own may be on their way to the same numbers: when they have settled.
        if (prepared.HasFailed || isBusy || (behind.Count > 0 && (!state.IsEmpty || state.CommittedHead != prepared.Head)))
        {
            _open.Remove(open);
            return;
        }

        if (behind.Count > 0)
            follower.Learn(new RowsFound(behind, prepared.Newest ?? []));
        foreach (var row in behind.Concat(prepared.Newest ?? []))
        {
            if (CopiedMessage.Of(row, services.Nodes) is { } copy)
                _copies.Add(copy);
        }

        _areCopiesKnown = true;
        if (prepared.HadTo is { } hadTo)
            _hadTo.TryAdd(prepared.Id.Recipient, hadTo);
        Take(open);
    }

    public void Remember(CopiedMessage copy) => _copies.Add(copy);

    /// <param name="row">Where it is.</param>
    /// <param name="isWritten">By this life, which brings it to everybody; else it was there.</param>
    public void OnLogged(LogRow row, bool isWritten)
    {
        var message = AcceptedMessage.Of(row);
        if (_copies.Find(row.Cmid) is { } copy)
            copy.Logged = message;
        foreach (var open in _open.WaitingFor(row.Cmid))
        {
            if (id.IsGroup)
                SendOnSideLane(open, message, isBroughtInOrder: isWritten);
            else
                Settle(open);
        }
    }

    public void OnNotWritten(LogRow row, AppendOutcome outcome)
    {
        if (outcome.Status == AppendStatus.Duplicate && id.IsGroup && UnixMilliseconds - outcome.Ts > EqualsLastMilliseconds)
            OnEqualOfOld(row with { Seq = outcome.Seq, Ts = outcome.Ts });
        else if (outcome.Status == AppendStatus.Duplicate)
            OnLogged(row with { Seq = outcome.Seq, Ts = outcome.Ts }, isWritten: false);
        else if (outcome.Status != AppendStatus.Refused)
            OnFailed(row.Cmid);
        else
            Refuse(row.Cmid);
    }

    public void OnConfirmed(DeliveryConfirmed confirmed, IActorRef user)
    {
        if (confirmed.Incarnation != _sideLane.Incarnation)
            return;
        _sideLane.Confirm(confirmed, user);
        if (!_onSideLane.TryGetValue(confirmed.UserId, out var waiting))
            return;
        while (waiting.TryPeek(out var open) && open.SideNumber <= confirmed.UpTo)
            Settle(waiting.Dequeue());
        if (waiting.Count == 0)
            _onSideLane.Remove(confirmed.UserId);
    }

    public void OnResend(ResendDeliveries resend, IActorRef user)
    {
        if (resend.Incarnation == _sideLane.Incarnation)
            _sideLane.Resend(resend, user);
    }

    public void ResendToNextLife(int userId) => _sideLane.ResendToNextLife(userId);

    public void OnTick() => _sideLane.OnTick();

    /// <summary>Who may send is the other server's business; whether we know them is ours.</summary>
    string? RefusalOf(Import import)
    {
        if (!state.Members.Contains(import.Recipient))
            return id.IsGroup ? $"user {import.Recipient} is not a member of group {id.B}" : $"there is no user {import.Recipient}";
        return id.IsGroup || state.Members.Contains(import.Sender) ? null : $"there is no user {import.Sender}";
    }

    /// <summary>Reads what is needed to tell which message this is a copy of.</summary>
    void Prepare(OpenImport open)
    {
        var others = services.Nodes.UnclusteredNodes.Count > 0;
        if (!services.KeepsHistory || (!id.IsGroup && !others))
        {
            Take(open);
            return;
        }

        var recipient = open.Import.Recipient;
        if (_areCopiesKnown && !others && _hadTo.ContainsKey(recipient))
            Take(open);
        else
            PrepareAsync(open.Id, state.CommittedHead, !_areCopiesKnown, others, !_hadTo.ContainsKey(recipient)).PipeTo(
                self, success: prepared => prepared, failure: _ => new ImportPrepared(open.Id, 0, null, null, null, HasFailed: true));
    }

    async Task<ImportPrepared> PrepareAsync(CopyId copy, long head, bool needsNewest, bool needsBehind, bool needsMark)
    {
        var newest = needsNewest || needsBehind ? await services.Loader.ReadNewestAsync(id) : null;
        var behind = needsBehind ? await services.Loader.ReadAfterAsync(id, head) : null;
        var mark = needsMark ? await services.Marks.ReadAsync(copy.Recipient, id) : null;
        return new ImportPrepared(copy, head, newest, behind, mark is null ? null : Math.Max(mark.QueuedTo, mark.ReceivedTo), HasFailed: false);
    }

    void Take(OpenImport open)
    {
        var import = open.Import;
        var digest = Convert.ToHexStringLower(import.Digest.Span);
        if (!services.KeepsHistory)
        {
            var cmid = ImportId.Of(import.Digest.Span, import.Source, import.Number);
            SendOnSideLane(open, new AcceptedMessage(id, 0, import.Sender, cmid, UnixMilliseconds, import.Body, 0), isBroughtInOrder: false);
            return;
        }

        if (_copies.Claim(import.Recipient, digest, _hadTo.GetValueOrDefault(import.Recipient)) is { } known)
        {
            open.Cmid = known.Cmid;
            if (known.Logged is { } message)
                SendOnSideLane(open, message, known.IsOfThisLife);
            return;
        }

        open.Cmid = id.IsGroup ? AddCopy(import, digest) : ImportId.Of(import.Digest.Span, import.Source, import.Number);
        var judgement = state.Import(import.Sender, open.Cmid, UnixMilliseconds);
        var row = new LogRow(id, judgement.Number, import.Sender, open.Cmid, judgement.Ts, import.Body) { Systems = state.Systems };
        if (judgement.Verdict == Verdict.Answer)
            OnLogged(row, isWritten: false);
        else if (judgement.Verdict == Verdict.Take && !log.TryAppend(row))
            TakeBack(row);
    }

    /// <summary>The first copy of a group's message; returns the cmid of the message.</summary>
    string AddCopy(Import import, string digest)
    {
        var occurrence = _copies.NextOccurrence(digest);
        var copy = new CopiedMessage(digest, occurrence, ImportId.Of(import.Digest.Span, occurrence)) { IsOfThisLife = true };
        copy.Claimed.Add(import.Recipient);
        _copies.Add(copy);
        return copy.Cmid;
    }

    void TakeBack(LogRow row)
    {
        state.TakeBack(row.Seq);
        OnFailed(row.Cmid);
    }

    /// <param name="open">Whose copy.</param>
    /// <param name="message">Of what.</param>
    /// <param name="isBroughtInOrder">Whether this life brings it to everybody who is here, in its order.</param>
    void SendOnSideLane(OpenImport open, AcceptedMessage message, bool isBroughtInOrder)
    {
        open.SideNumber = ++_sideNumber;
        if (!_onSideLane.TryGetValue(open.Import.Recipient, out var waiting))
            _onSideLane[open.Import.Recipient] = waiting = new Queue<OpenImport>();
        waiting.Enqueue(open);
        _sideLane.Add(message, open.SideNumber, [open.Import.Recipient], hasCopies: true, mayBeKnown: !isBroughtInOrder);
    }

    /// <summary>
    /// Somebody wrote the same long ago, in words and time: another message. Doubled, because there may be many; the copies come again.
    /// </summary>
    void OnEqualOfOld(LogRow old)
    {
        OnFailed(old.Cmid);
        var digest = ImportId.DigestOf(old.Cmid);
        var occurrence = (2 * ImportId.OccurrenceOf(old.Cmid)) - 1;
        _copies.Add(new CopiedMessage(digest, occurrence, old.Cmid) { Logged = AcceptedMessage.Of(old with { Seq = 0 }) });
    }

    /// <summary>The database does not take it, and never will.</summary>
    void Refuse(string cmid)
    {
        Forget(cmid);
        foreach (var open in _open.Of(cmid))
        {
            _open.Remove(open);
            Answer(open, "the database does not take the message");
        }
    }

    /// <summary>Its copies come again.</summary>
    void OnFailed(string cmid)
    {
        Forget(cmid);
        _open.WaitingFor(cmid).ForEach(_open.Remove);
    }

    void Forget(string cmid)
    {
        if (_copies.Find(cmid) is { } copy)
            _copies.Remove(copy);
    }

    void Settle(OpenImport open)
    {
        _open.Settle(open);
        Answer(open, null);
    }

    void Answer(OpenImport open, string? refusal) =>
        open.Asker.Tell(new Imported(id, open.Import.Recipient, open.Import.Source, open.Import.Number, refusal), self);
}
