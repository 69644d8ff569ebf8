using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;

namespace Chat.Node.Conversations;

/// <summary>
/// Messages of other servers, which come as copies, one for each receiver. Of two users: logged and brought to the other one like a post.
/// Of a group: logged once, and each copy is settled by itself.
/// </summary>
sealed partial class ConversationActor
{
    const int MaxOpenImports = 4096;
    const int MaxSettledImports = 1024;

    /// <summary>An equal message in the log that is older is another one.</summary>
    const long EqualsLastMilliseconds = 600_000;

    readonly record struct CopyId(int Recipient, long Source, long Number);

    /// <summary>A copy that is not settled.</summary>
    sealed class OpenImport(Import import, IActorRef asker)
    {
        public Import Import => import;

        public CopyId Id => new(import.Recipient, import.Source, import.Number);

        public IActorRef Asker { get; set; } = asker;

        /// <summary>Waits for this row to be logged.</summary>
        public string? Cmid { get; set; }

        /// <summary>Waits for its recipient to confirm this number; 0 before.</summary>
        public long AsideNumber { get; set; }
    }

    sealed record ImportPrepared(
        CopyId Id, long Head, IReadOnlyList<LogRow>? Newest, IReadOnlyList<LogRow>? Behind, long? HadTo, bool HasFailed) : INoSerializationVerificationNeeded;

    readonly BridgedMessages _copies = new();
    readonly Dictionary<CopyId, OpenImport> _openImports = [];
    readonly Queue<CopyId> _settledOrder = new();
    readonly HashSet<CopyId> _settledImports = [];

    /// <summary>What members had when they were first sent a copy in this life.</summary>
    readonly Dictionary<int, long> _hadTo = [];

    bool _areCopiesKnown;

    bool HasOpenImports => _openImports.Count > 0 || !_aside.IsIdle;

    void OnImport(Import import, IActorRef asker)
    {
        _lastActivity = CoarseMilliseconds;
        var open = new OpenImport(import, asker);
        if (_isRecovering || _isStopping)
            return; // it comes again
        if (_settledImports.Contains(open.Id))
        {
            Answer(open, null);
            return;
        }

        if (_openImports.TryGetValue(open.Id, out var known))
        {
            known.Asker = asker;
            return;
        }

        if (_openImports.Count >= MaxOpenImports || Math.Max(_fanOut.Unconfirmed, _aside.Unconfirmed) >= FanOut.MaxUnconfirmed)
            return;
        if (RefusalOf(import) is { } refusal)
        {
            if (_isMembershipFresh)
                Answer(open, refusal);
            else
                ReadMembers(import, asker);
            return;
        }

        _openImports[open.Id] = open;
        ArmTick();
        Prepare(open);
    }

    /// <summary>Who may send is the other server's business; whether we know them is ours.</summary>
    string? RefusalOf(Import import)
    {
        if (!_state.Members.Contains(import.Recipient))
            return _id.IsGroup ? $"user {import.Recipient} is not a member of group {_id.B}" : $"there is no user {import.Recipient}";
        return _id.IsGroup || _state.Members.Contains(import.Sender) ? null : $"there is no user {import.Sender}";
    }

    /// <summary>Reads what is needed to tell which message this is a copy of.</summary>
    void Prepare(OpenImport open)
    {
        var others = _services.Nodes.UnclusteredNodes.Count > 0;
        if (!_services.KeepsHistory || (!_id.IsGroup && !others))
        {
            TakeImport(open);
            return;
        }

        var recipient = open.Import.Recipient;
        if (_areCopiesKnown && !others && _hadTo.ContainsKey(recipient))
            TakeImport(open);
        else
            PrepareAsync(open.Id, _state.CommittedHead, !_areCopiesKnown, others, !_hadTo.ContainsKey(recipient)).PipeTo(
                Self, success: prepared => prepared, failure: _ => new ImportPrepared(open.Id, 0, null, null, null, HasFailed: true));
    }

    async Task<ImportPrepared> PrepareAsync(CopyId id, long head, bool needsNewest, bool needsBehind, bool needsMark)
    {
        var newest = needsNewest || needsBehind ? await _services.Loader.ReadNewestAsync(_id, RememberedAfterRecovery) : null;
        var behind = needsBehind ? await _services.Loader.ReadAfterAsync(_id, head) : null;
        var mark = needsMark ? await _services.Marks.ReadAsync(id.Recipient, _id) : null;
        return new ImportPrepared(id, head, newest, behind, mark is null ? null : Math.Max(mark.QueuedTo, mark.ReceivedTo), HasFailed: false);
    }

    void OnImportPrepared(ImportPrepared prepared)
    {
        if (!_openImports.TryGetValue(prepared.Id, out var open))
            return;
        if (prepared.HasFailed || _isRecovering || _isStopping)
        {
            // It comes again. Numbers that are given during a recovery would be behind a hole.
            _openImports.Remove(prepared.Id);
            return;
        }

        if (prepared.Behind is { Count: > 0 } behind)
        {
            if (!_state.IsEmpty || _state.CommittedHead != prepared.Head)
            {
                // Rows of our own are on their way to the same numbers: when they have settled.
                _openImports.Remove(prepared.Id);
                return;
            }

            Learn(new RowsFound(behind, prepared.Newest ?? []));
        }

        foreach (var row in prepared.Newest ?? [])
            RememberCopy(row);
        _areCopiesKnown = true;
        if (prepared.HadTo is { } hadTo)
            _hadTo.TryAdd(prepared.Id.Recipient, hadTo);
        TakeImport(open);
    }

    void TakeImport(OpenImport open)
    {
        var import = open.Import;
        var digest = Convert.ToHexStringLower(import.Digest.Span);
        if (!_services.KeepsHistory)
        {
            var cmid = ImportId.Of(import.Digest.Span, import.Source, import.Number);
            SendOnSideLane(open, new AcceptedMessage(_id, 0, import.Sender, cmid, UnixMilliseconds, import.Body, 0), isBroughtInOrder: false);
            return;
        }

        if (_copies.Claim(import.Recipient, digest, _hadTo.GetValueOrDefault(import.Recipient)) is { } known)
        {
            open.Cmid = known.Cmid;
            if (known.Logged is { } message)
                SendOnSideLane(open, message, known.IsOfThisLife);
            return;
        }

        if (_id.IsGroup)
        {
            var occurrence = _copies.NextOccurrence(digest);
            var copy = new CopiedMessage(digest, occurrence, ImportId.Of(import.Digest.Span, occurrence)) { IsOfThisLife = true };
            copy.Claimed.Add(import.Recipient);
            _copies.Add(copy);
            open.Cmid = copy.Cmid;
        }
        else
        {
            open.Cmid = ImportId.Of(import.Digest.Span, import.Source, import.Number);
        }

        var judgement = _state.Import(import.Sender, open.Cmid, UnixMilliseconds);
        if (judgement.Verdict == Verdict.Answer)
            OnImportLogged(new LogRow(_id, judgement.Number, import.Sender, open.Cmid, judgement.Ts, import.Body), isWritten: false);
        else if (judgement.Verdict == Verdict.Take)
            AppendImport(open, judgement);
    }

    void AppendImport(OpenImport open, Judgement judgement)
    {
        if (_slot.OldestTs == long.MaxValue)
            _slot.OldestTs = judgement.Ts;
        var row = new LogRow(_id, judgement.Number, open.Import.Sender, open.Cmid!, judgement.Ts, open.Import.Body);
        if (_services.Log.TryAppend(row, _receiver))
            return;
        _state.TakeBack(judgement.Number);
        OnImportFailed(open.Cmid!);
    }

    /// <param name="row">Where it is.</param>
    /// <param name="isWritten">By this life, which brings it to everybody; else it was there.</param>
    void OnImportLogged(LogRow row, bool isWritten)
    {
        var message = MessageOf(row);
        if (_copies.Find(row.Cmid) is { } copy)
            copy.Logged = message;
        foreach (var open in _openImports.Values.Where(open => open.Cmid == row.Cmid && open.AsideNumber == 0).ToList())
        {
            if (_id.IsGroup)
                SendOnSideLane(open, message, isBroughtInOrder: isWritten);
            else
                Settle(open);
        }
    }

    void OnImportNotWritten(LogRow row, AppendOutcome outcome)
    {
        if (outcome.Status == AppendStatus.Duplicate && _id.IsGroup && UnixMilliseconds - outcome.Ts > EqualsLastMilliseconds)
            OnEqualOfOld(row with { Seq = outcome.Seq, Ts = outcome.Ts });
        else if (outcome.Status == AppendStatus.Duplicate)
            OnImportLogged(row with { Seq = outcome.Seq, Ts = outcome.Ts }, isWritten: false);
        else if (outcome.Status != AppendStatus.Refused)
            OnImportFailed(row.Cmid);
        else
            RefuseImports(row.Cmid);
    }

    /// <summary>
    /// Somebody wrote the same long ago, in words and time: another message. Doubled, because there may be many; the copies come again.
    /// </summary>
    void OnEqualOfOld(LogRow old)
    {
        OnImportFailed(old.Cmid);
        var digest = ImportId.DigestOf(old.Cmid);
        var occurrence = (2 * ImportId.OccurrenceOf(old.Cmid)) - 1;
        _copies.Add(new CopiedMessage(digest, occurrence, old.Cmid) { Logged = MessageOf(old with { Seq = 0 }) });
    }

    /// <summary>The database does not take it, and never will.</summary>
    void RefuseImports(string cmid)
    {
        if (_copies.Find(cmid) is { } copy)
            _copies.Remove(copy);
        foreach (var open in _openImports.Values.Where(open => open.Cmid == cmid).ToList())
        {
            _openImports.Remove(open.Id);
            Answer(open, "the database does not take the message");
        }
    }

    /// <summary>Its copies come again.</summary>
    void OnImportFailed(string cmid)
    {
        if (_copies.Find(cmid) is { } copy)
            _copies.Remove(copy);
        foreach (var open in _openImports.Values.Where(open => open.Cmid == cmid && open.AsideNumber == 0).ToList())
            _openImports.Remove(open.Id);
    }

    void Settle(OpenImport open)
    {
        _openImports.Remove(open.Id);
        if (_settledImports.Add(open.Id))
            _settledOrder.Enqueue(open.Id);
        if (_settledOrder.Count > MaxSettledImports)
            _settledImports.Remove(_settledOrder.Dequeue());
        Answer(open, null);
    }

    void Answer(OpenImport open, string? refusal) =>
        open.Asker.Tell(new Imported(_id, open.Import.Recipient, open.Import.Source, open.Import.Number, refusal), Self);
}
