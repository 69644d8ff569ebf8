using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>Tells users what has become of them in groups, on all their sessions of version 3. Nobody confirms it.</summary>
sealed class GroupNews(Lazy<NoticeBoard> board)
{
    /// <param name="groupId">Where.</param>
    /// <param name="by">Who has done it.</param>
    /// <param name="outcome">What has become of whom.</param>
    /// <param name="except">A session that knows; 0: none.</param>
    public void Tell(int groupId, int by, GroupOutcome outcome, long except = 0)
    {
        foreach (var same in outcome.Differences.GroupBy(ChangeOf).Where(same => same.Key is not null))
            Tell(new GroupChangedPush(groupId, same.Key!, by), [.. same.Select(each => each.UserId)], except);
    }

    public void Tell(GroupChangedPush push, IReadOnlyList<int> users, long except = 0)
    {
        if (users.Count > 0)
            board.Value.Tell(new Notice(users, push.ToBytes(), except));
    }

    static string? ChangeOf(MemberDifference difference) => difference switch
    {
        { HasJoined: true } => GroupChangedPush.Added,
        { HasLeft: true } => GroupChangedPush.Removed,
        _ => null,
    };
}
