using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>Tells users what has become of them in groups, on all their sessions of version 3. Nobody confirms it.</summary>
/// <param name="board">The way to their sessions.</param>
/// <param name="hubs">The way to the hubs of presence: who has left does not type there any more.</param>
sealed class GroupNews(Lazy<NoticeBoard> board, Lazy<PresenceRoad> hubs)
{
    /// <summary>In larger groups nobody is told who types.</summary>
    const int MaxTyping = 200;

    /// <param name="groupId">Where.</param>
    /// <param name="by">Who has done it.</param>
    /// <param name="outcome">What has become of whom.</param>
    /// <param name="except">A session that knows; 0: none.</param>
    public void Tell(int groupId, int by, GroupOutcome outcome, long except = 0)
    {
        foreach (var same in outcome.Differences.SelectMany(difference => PushesOf(groupId, by, difference)).GroupBy(each => each.Push, each => each.UserId))
            Tell(same.Key, [.. same], except);
        EndTyping(groupId, [.. outcome.Differences.Where(difference => difference.HasLeft).Select(difference => difference.UserId)]);
    }

    /// <summary>Others may take them for members for some seconds more.</summary>
    public void EndTyping(int groupId, IReadOnlyList<int> left)
    {
        if (left.Count > MaxTyping)
            return;
        foreach (var userId in left)
            hubs.Value.TellAll(TypingNews.Left(ConversationId.Group(groupId), userId));
    }

    public void Tell(GroupChangedPush push, IReadOnlyList<int> users, long except = 0)
    {
        if (users.Count > 0)
            board.Value.Tell(new Notice(users, push.ToBytes(), except));
    }

    static IEnumerable<(GroupChangedPush Push, int UserId)> PushesOf(int groupId, int by, MemberDifference difference)
    {
        var (userId, before, after) = difference;
        if (difference.HasJoined)
            yield return (new GroupChangedPush(groupId, GroupChangedPush.Added, by), userId);
        if (difference.HasLeft)
            yield return (new GroupChangedPush(groupId, after.IsBanned ? GroupChangedPush.Banned : GroupChangedPush.Removed, by), userId);
        if (before.HasAsked && !after.HasAsked && !after.IsMember && userId != by)
            yield return (new GroupChangedPush(groupId, after.IsBanned ? GroupChangedPush.Banned : GroupChangedPush.Declined, by), userId);
        if (!after.IsMember)
            yield break;
        if (after.Role != (before.Role ?? GroupRole.Normal))
            yield return (new GroupChangedPush(groupId, GroupChangedPush.OtherRole, by) { Role = after.Role }, userId);
        if (after.MutedUntil != before.MutedUntil)
            yield return (new GroupChangedPush(groupId, GroupChangedPush.Muted, by) { MutedUntil = after.MutedUntil }, userId);
    }
}
