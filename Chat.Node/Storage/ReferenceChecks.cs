using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>
/// Looks at what a message refers to before it is sent to its conversation. What was accepted before stays accepted, whatever has become of that since: before a
/// message is refused the log is asked for it.
/// </summary>
sealed class ReferenceChecks(ReferenceStore store, MessageLogStore log, FileStore files)
{
    /// <param name="id">Where the message is to go.</param>
    /// <param name="sender">In whose name.</param>
    /// <param name="cmid">Its id.</param>
    /// <param name="mayComeAgain">Whether its sender knows the id, and may repeat it.</param>
    /// <param name="wanted">What it refers to, as its sender says.</param>
    /// <exception cref="StorageException">Nobody can say now.</exception>
    public async Task<ReferenceVerdict> JudgeAsync(ConversationId id, int sender, string cmid, bool mayComeAgain, MessageReferences wanted)
    {
        var verdict = ReferenceRules.Judge(id, sender, wanted, await store.ReadBasisAsync(id, sender, wanted));
        var hasFiles = verdict.Error == ErrorCode.None && verdict.References.Attachments.Count > 0;
        if (verdict.Error == ErrorCode.None && !hasFiles)
            return verdict;
        if (mayComeAgain && (await log.FindAsync(id, sender, [cmid])).Count > 0)
            return new ReferenceVerdict(ErrorCode.None, "", MessageReferences.None); // its conversation answers as it did then, and a file that was taken back with it stays so
        return hasFiles ? await WithFilesAsync(verdict.References, new FileUse(id, sender, cmid)) : verdict;
    }

    /// <summary>What its files are is said by the server, and not by who sends them.</summary>
    async Task<ReferenceVerdict> WithFilesAsync(MessageReferences wanted, FileUse use)
    {
        if (await files.UseAsync([.. wanted.Attachments.Select(file => file.Id)], use) is not { } found)
            return ReferenceVerdict.Refuse(ErrorCode.Malformed, "\"attachments\" names a file that is not yours, has not come, or is gone: files that you have sent are expected");
        var known = found.Select(file => new MessageAttachment(file.Id) { Name = file.Name, Type = file.Type, Size = file.Size });
        return new ReferenceVerdict(ErrorCode.None, "", wanted with { Attachments = [.. known] });
    }
}
