using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>
/// Who may do what to whom in a group, for clients and for the product's own servers, which may do everything. What is so already is a success and changes
/// nothing. Several things are done one after the other, or none of them. Pure.
/// </summary>
/// <param name="group">How it stands.</param>
/// <param name="by">Who does it; <see cref="Product"/>, or a user.</param>
/// <param name="maxMembers">So many may be in it.</param>
/// <param name="now">Milliseconds since 1970, UTC.</param>
sealed class GroupRules(GroupFacts group, int by, int maxMembers, long now)
{
    /// <summary>The product's own servers, in place of a user.</summary>
    public const int Product = 0;

    const int ProductRank = 4;
    const int CreatorRank = 3;
    const int AdminRank = 2;
    const int MemberRank = 1;

    readonly Dictionary<int, MemberFacts> _users = new(group.Users);
    int _members = group.Members;

    /// <summary>So many wait to be let into a group.</summary>
    public const int MaxAsked = 1000;

    /// <summary>A user comes in by itself, or asks to be let in.</summary>
    public static GroupJudgement Join(GroupFacts group, int userId, int maxMembers)
    {
        if (!group.Users.TryGetValue(userId, out var facts))
            return GroupJudgement.Refuse(ErrorCode.NotFound, $"there is no user {userId}", userId);
        if (facts.IsMember)
            return new GroupJudgement(null, group.Users);
        if (facts.IsBanned)
            return GroupJudgement.Refuse(ErrorCode.Forbidden, $"you are banned from group {group.Id}");
        if (group.Joining == GroupJoining.Ask)
            return Ask(group, userId, facts);
        if (group.Joining != GroupJoining.Free)
            return GroupJudgement.Refuse(ErrorCode.Forbidden, $"nobody comes into group {group.Id} by itself: its creator or an admin has to add you");
        return new GroupRules(group, userId, maxMembers, now: 0).Done(rules => rules.LetIn(userId));
    }

    static GroupJudgement Ask(GroupFacts group, int userId, MemberFacts facts) => !facts.HasAsked && group.Asked >= MaxAsked
        ? GroupJudgement.Refuse(ErrorCode.Full, $"{group.Asked} users wait to be let into group {group.Id}: no more may ask now")
        : new GroupJudgement(null, new Dictionary<int, MemberFacts> { [userId] = facts with { HasAsked = true } });

    /// <summary>Somebody who looks after the group lets in those who have asked, or does not.</summary>
    public static GroupJudgement Decide(GroupFacts group, int by, JoinRequestsRequest decision, int maxMembers)
    {
        if (by != Product && MayDecide(group.Id, group.Of(by).Role) is { } refusal)
            return new GroupJudgement(refusal, group.Users);
        return new GroupRules(group, by, maxMembers, now: 0).Done(rules => First(decision.Accept, rules.Accept) ?? First(decision.Decline, rules.Decline));
    }

    /// <summary>Whether somebody with this role sees who has asked, and decides.</summary>
    public static GroupRefusal? MayDecide(int groupId, string? role) => role switch
    {
        GroupRole.Creator or GroupRole.Admin => null,
        null => new GroupRefusal(ErrorCode.NotYours, $"you are no member of group {groupId}"),
        _ => new GroupRefusal(ErrorCode.Forbidden, $"only the creator and the admins of group {groupId} see who wants to be let in"),
    };

    /// <summary>
    /// A user goes by itself, or asks no longer. A creator hands over first: a group that nobody can look after is what nobody wants. The last one takes the group along.
    /// </summary>
    public static GroupJudgement Leave(GroupFacts group, int userId)
    {
        var facts = group.Of(userId);
        if (!facts.IsMember)
            return new GroupJudgement(null, new Dictionary<int, MemberFacts> { [userId] = facts with { HasAsked = false } });
        var isLast = group.Members <= 1;
        if (facts.Role == GroupRole.Creator && group.Creators <= 1 && !isLast)
            return GroupJudgement.Refuse(ErrorCode.Forbidden, $"you are the creator of group {group.Id}: make another member its creator first");
        return new GroupJudgement(null, new Dictionary<int, MemberFacts> { [userId] = facts with { Role = null } }) { DeletesGroup = isLast };
    }

    /// <summary>Whether somebody with this role may change what a group is, or end it.</summary>
    public static GroupRefusal? ChangeGroup(int groupId, int by, string? role, bool deletes)
    {
        if (by == Product || role == GroupRole.Creator || (role == GroupRole.Admin && !deletes))
            return null;
        if (role is null)
            return new GroupRefusal(ErrorCode.NotYours, $"you are no member of group {groupId}");
        return new GroupRefusal(ErrorCode.Forbidden, deletes ? $"only the creator of group {groupId} deletes it" : $"only the creator and the admins of group {groupId} change it");
    }

    /// <summary>All that a request asks for.</summary>
    public static GroupJudgement Change(GroupFacts group, int by, ChangeMembersRequest changes, int maxMembers, long now) =>
        by != Product && !group.Of(by).IsMember
            ? GroupJudgement.Refuse(ErrorCode.NotYours, $"you are no member of group {group.Id}")
            : new GroupRules(group, by, maxMembers, now).Done(rules => rules.Apply(changes));

    GroupRefusal? Apply(ChangeMembersRequest changes) =>
        First(changes.Unban, Unban) ?? First(changes.Add, Add) ?? First(changes.Remove, Remove) ?? First(changes.Ban, Ban)
        ?? (changes.Role is { } role ? SetRole(role) : null) ?? (changes.Mute is { } mute ? SetMute(mute) : null) ?? (changes.Owner is { } owner ? HandOver(owner) : null);

    GroupJudgement Done(Func<GroupRules, GroupRefusal?> change) => new(change(this), _users);

    GroupRefusal? Add(int userId)
    {
        if (!_users.TryGetValue(userId, out var facts))
            return No(ErrorCode.NotFound, $"there is no user {userId}", userId);
        if (facts.IsMember)
            return null;
        if (group.Joining != GroupJoining.Free && RankOf(by) < AdminRank)
            return No(ErrorCode.Forbidden, $"only the creator and the admins of group {group.Id} add members", userId);
        if (facts.IsBanned && by != Product)
            return No(ErrorCode.Forbidden, $"user {userId} is banned from group {group.Id}", userId);
        if (facts.HasBlocked)
            return No(ErrorCode.Blocked, $"user {userId} takes nothing from you", userId);
        return LetIn(userId);
    }

    GroupRefusal? Accept(int userId)
    {
        var facts = _users.GetValueOrDefault(userId);
        if (facts.IsMember)
            return null;
        return facts.HasAsked ? LetIn(userId) : No(ErrorCode.NotFound, $"user {userId} does not ask to be let into group {group.Id}", userId);
    }

    GroupRefusal? Decline(int userId)
    {
        if (_users.TryGetValue(userId, out var facts))
            _users[userId] = facts with { HasAsked = false };
        return null;
    }

    GroupRefusal? LetIn(int userId)
    {
        if (_members >= maxMembers)
            return No(ErrorCode.Full, $"group {group.Id} has {_members} members: no more than {maxMembers} are let in", userId);
        _users[userId] = _users[userId] with { Role = GroupRole.Normal, IsBanned = false, HasAsked = false };
        _members++;
        return null;
    }

    GroupRefusal? Remove(int userId)
    {
        if (userId == by)
            return No(ErrorCode.Forbidden, "you do not remove yourself: leave the group", userId);
        if (RankOf(by) < AdminRank)
            return No(ErrorCode.Forbidden, $"only the creator and the admins of group {group.Id} remove members", userId);
        if (Above(userId, "removed") is { } above)
            return above;
        PutOut(userId);
        return null;
    }

    GroupRefusal? Ban(int userId)
    {
        if (RankOf(by) < AdminRank)
            return No(ErrorCode.Forbidden, $"only the creator and the admins of group {group.Id} ban users", userId);
        if (!_users.TryGetValue(userId, out var facts))
            return No(ErrorCode.NotFound, $"there is no user {userId}", userId);
        if (Above(userId, "banned") is { } above)
            return above;
        PutOut(userId);
        _users[userId] = facts with { Role = null, IsBanned = true, HasAsked = false };
        return null;
    }

    GroupRefusal? Unban(int userId)
    {
        if (RankOf(by) < AdminRank)
            return No(ErrorCode.Forbidden, $"only the creator and the admins of group {group.Id} let users in again", userId);
        if (_users.TryGetValue(userId, out var facts))
            _users[userId] = facts with { IsBanned = false };
        return null;
    }

    GroupRefusal? SetRole(RoleChange change)
    {
        if (RankOf(by) < CreatorRank)
            return No(ErrorCode.Forbidden, $"only the creator of group {group.Id} gives roles", change.UserId);
        if (NoMember(change.UserId) is { } missing)
            return missing;
        if (RankOf(change.UserId) == CreatorRank)
            return No(ErrorCode.Forbidden, $"user {change.UserId} is the creator of group {group.Id}, and stays it until there is another one", change.UserId);
        _users[change.UserId] = _users[change.UserId] with { Role = change.Role };
        return null;
    }

    GroupRefusal? SetMute(MuteChange change)
    {
        if (RankOf(by) < AdminRank)
            return No(ErrorCode.Forbidden, $"only the creator and the admins of group {group.Id} mute members", change.UserId);
        if ((NoMember(change.UserId) ?? Above(change.UserId, "muted")) is { } wrong)
            return wrong;
        _users[change.UserId] = _users[change.UserId] with { MutedUntil = change.Until > now ? change.Until : 0 };
        return null;
    }

    /// <summary>Who has done it already is an admin, and may ask again.</summary>
    GroupRefusal? HandOver(int userId)
    {
        if (RankOf(userId) == CreatorRank)
            return null;
        if (RankOf(by) < CreatorRank)
            return No(ErrorCode.Forbidden, $"only the creator of group {group.Id} makes another member its creator", userId);
        if (NoMember(userId) is { } missing)
            return missing;
        int[] before = by == Product ? [.. _users.Keys.Where(id => RankOf(id) == CreatorRank)] : [by];
        foreach (var former in before)
            _users[former] = _users[former] with { Role = GroupRole.Admin };
        _users[userId] = _users[userId] with { Role = GroupRole.Creator, MutedUntil = 0 };
        return null;
    }

    GroupRefusal? NoMember(int userId) => RankOf(userId) > 0 ? null : No(ErrorCode.NotFound, $"user {userId} is no member of group {group.Id}", userId);

    void PutOut(int userId)
    {
        if (!_users.TryGetValue(userId, out var facts) || !facts.IsMember)
            return;
        _users[userId] = facts with { Role = null };
        _members--;
    }

    /// <summary>Those who look after a group do nothing to each other, and nobody does anything to its creator.</summary>
    GroupRefusal? Above(int userId, string what) => RankOf(userId) < RankOf(by)
        ? null
        : No(ErrorCode.Forbidden, $"user {userId} is {_users[userId].Role} of group {group.Id} and cannot be {what} by you", userId);

    int RankOf(int userId) => userId == Product ? ProductRank : _users.GetValueOrDefault(userId).Role switch
    {
        null => 0,
        GroupRole.Creator => CreatorRank,
        GroupRole.Admin => AdminRank,
        _ => MemberRank,
    };

    static GroupRefusal? First<T>(IReadOnlyList<T> each, Func<T, GroupRefusal?> apply)
    {
        foreach (var one in each)
        {
            if (apply(one) is { } refusal)
                return refusal;
        }

        return null;
    }

    static GroupRefusal No(ErrorCode error, string reason, int userId) => new(error, reason, userId);
}
