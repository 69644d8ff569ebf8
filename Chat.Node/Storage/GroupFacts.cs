using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>What is written of somebody in a group.</summary>
/// <param name="Role">Null: no member.</param>
/// <param name="MutedUntil">In milliseconds since 1970, UTC; 0: not muted.</param>
/// <param name="IsBanned">Whether the user is not let in.</param>
/// <param name="HasAsked">Whether the user waits to be let in.</param>
readonly record struct MemberFacts(string? Role, long MutedUntil = 0, bool IsBanned = false, bool HasAsked = false)
{
    /// <summary>Whether the user has blocked whoever changes the group.</summary>
    public bool HasBlocked { get; init; }

    public bool IsMember => Role is not null;
}

/// <summary>What changes of a group's members are judged by, read in the transaction that writes them.</summary>
/// <param name="Id">The group.</param>
/// <param name="Members">How many users are in it.</param>
/// <param name="Creators">How many of them are its creator: one, where no other server has made another one.</param>
/// <param name="Joining">Who becomes a member.</param>
/// <param name="Users">Those that were asked for, as far as they exist.</param>
sealed record GroupFacts(int Id, int Members, int Creators, GroupJoining Joining, IReadOnlyDictionary<int, MemberFacts> Users)
{
    /// <summary>How many wait to be let in.</summary>
    public int Asked { get; init; }

    public MemberFacts Of(int userId) => Users.GetValueOrDefault(userId);
}

/// <summary>Why nothing of a change is done.</summary>
/// <param name="Error">What is wrong.</param>
/// <param name="Reason">The same for people.</param>
/// <param name="UserId">The first user of whom it is wrong; 0: it is about no one of them.</param>
sealed record GroupRefusal(ErrorCode Error, string Reason, int UserId = 0)
{
    public static GroupRefusal NoGroup(int groupId) => new(ErrorCode.NotFound, $"there is no group {groupId}");
}

/// <summary>What becomes of a group: nothing, because it is refused; or what its users are to be.</summary>
/// <param name="Refusal">Why nothing is done; else null.</param>
/// <param name="After">The users with what is to be written of them; those that stay as they are may be among them.</param>
sealed record GroupJudgement(GroupRefusal? Refusal, IReadOnlyDictionary<int, MemberFacts> After)
{
    /// <summary>Nobody is left: the group goes too.</summary>
    public bool DeletesGroup { get; init; }

    public static GroupJudgement Refuse(ErrorCode error, string reason, int userId = 0) => new(new GroupRefusal(error, reason, userId), new Dictionary<int, MemberFacts>());
}

/// <summary>What has become of a user in a group.</summary>
readonly record struct MemberDifference(int UserId, MemberFacts Before, MemberFacts After)
{
    public bool HasJoined => !Before.IsMember && After.IsMember;

    public bool HasLeft => Before.IsMember && !After.IsMember;
}

/// <summary>What a change of a group has come to: refused, or written, with those for whom something is different.</summary>
sealed record GroupOutcome(GroupRefusal? Refusal, IReadOnlyList<MemberDifference> Differences, bool IsDeleted = false);
