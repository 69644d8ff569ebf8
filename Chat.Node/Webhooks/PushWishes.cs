using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>What users say about those that would wake them.</summary>
/// <param name="Unwanted">Nothing of the conversation is to wake the user.</param>
/// <param name="Unmentioned">Only mentions are, and there is none above the number that is read.</param>
/// <param name="Seqs">Only mentions are, and this is the first.</param>
sealed record JudgedWishes(
    IReadOnlySet<PendingPush> Unwanted, List<(PendingPush Push, long ReadTo)> Unmentioned, IReadOnlyDictionary<PendingPush, long> Seqs);

/// <summary>Which messages users want to be woken by (<see cref="NotifyLevel"/>).</summary>
sealed class PushWishes(WakeLevels levels, MentionStore mentions)
{
    /// <summary>What holds for whom.</summary>
    public WakeLevels Levels => levels;

    public async Task<JudgedWishes> JudgeAsync(IReadOnlyCollection<(PendingPush Push, long ReadTo)> pushes)
    {
        var held = await levels.ReadAsync([.. pushes.Select(each => (each.Push.UserId, each.Push.Conversation))]);
        var choosy = pushes.Where(each => LevelOf(each.Push) == NotifyLevel.Mentions).ToList();
        var unread = await mentions.UnreadAsync([.. choosy.Select(each => (each.Push.UserId, each.Push.Conversation, each.ReadTo))]);
        return new JudgedWishes(
            pushes.Select(each => each.Push).Where(push => LevelOf(push) == NotifyLevel.None).ToHashSet(),
            choosy.FindAll(each => !unread.ContainsKey((each.Push.UserId, each.Push.Conversation))),
            choosy.Where(each => unread.ContainsKey((each.Push.UserId, each.Push.Conversation)))
                .ToDictionary(each => each.Push, each => unread[(each.Push.UserId, each.Push.Conversation)].First));

        NotifyLevel LevelOf(PendingPush push) => held[(push.UserId, push.Conversation)];
    }
}
