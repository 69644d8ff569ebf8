using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>
/// Looks at what a message refers to before it is sent to its conversation. What was accepted before stays accepted, whatever has become of that since: before a
/// message is refused the log is asked for it.
/// </summary>
sealed class ReferenceChecks(ReferenceStore store, MessageLogStore log)
{
    /// <param name="id">Where the message is to go.</param>
    /// <param name="sender">In whose name.</param>
    /// <param name="cmid">Its id; null: it does not come again.</param>
    /// <param name="wanted">What it refers to, as its sender says.</param>
    /// <exception cref="StorageException">Nobody can say now.</exception>
    public async Task<ReferenceVerdict> JudgeAsync(ConversationId id, int sender, string? cmid, MessageReferences wanted)
    {
        var verdict = ReferenceRules.Judge(id, sender, wanted, await store.ReadBasisAsync(id, sender, wanted));
        if (verdict.Error == ErrorCode.None || cmid is null || (await log.FindAsync(id, sender, [cmid])).Count == 0)
            return verdict;
        return new ReferenceVerdict(ErrorCode.None, "", MessageReferences.None); // its conversation answers as it did then
    }
}
