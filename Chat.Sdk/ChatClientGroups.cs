using Chat.Protocol;
using ChatActors.Client.Messages;

namespace ChatActors.Client;

/// <summary>
/// What a group is and who is in it. What is so already is a success. Refusals: <see cref="ErrorCode.Forbidden"/> (the user's role does not let it),
/// <see cref="ErrorCode.NotYours"/> (no member), <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Full"/>. Older servers refuse all of it with
/// <see cref="ErrorCode.UnknownRequest"/>.
/// </summary>
public static class ChatClientGroups
{
    /// <summary>What a group is, and what the user is in it.</summary>
    public static Task<GroupReply> GetGroupAsync(this ChatClient client, int groupId, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new GetGroupRequest(groupId), GroupReply.Of, cancellationToken);

    /// <summary>The group that has this whole name, as far as the user is in it or could come into it; null if there is none.</summary>
    public static async Task<GroupReply?> FindGroupAsync(this ChatClient client, string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return await client.RequestAsync(new GetGroupRequest(0) { Name = name }, GroupReply.Of, cancellationToken);
        }
        catch (ChatException e) when (e.Code is ErrorCode.NotFound or ErrorCode.Malformed or ErrorCode.UnknownRequest)
        {
            return null; // also on a server of an older version
        }
    }

    /// <summary>Those members of a group of the user's who have this role (<see cref="GroupRole"/>), with ids above <paramref name="after"/>; a page has at most 500.</summary>
    public static Task<ContactPage<MemberEntry>> ListMembersAsync(
        this ChatClient client, int groupId, string role, int after = 0, int limit = 100, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new ListMembersRequest(groupId, after, limit) { Role = role }, reply => ListReply.ReadMembers(reply).ToPage(), cancellationToken);

    /// <summary>Changes what a group is: its name, what it is about, who comes in, who may send. What is null stays.</summary>
    public static Task ChangeGroupAsync(this ChatClient client, ChangeGroupRequest change, CancellationToken cancellationToken = default) =>
        client.RequestAsync(change, _ => true, cancellationToken);

    /// <summary>Ends a group for all its members.</summary>
    public static Task DeleteGroupAsync(this ChatClient client, int groupId, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new ChangeGroupRequest(groupId) { Delete = true }, _ => true, cancellationToken);

    /// <summary>Changes who is in a group, and as what: all of it or nothing.</summary>
    public static Task ChangeMembersAsync(this ChatClient client, ChangeMembersRequest change, CancellationToken cancellationToken = default) =>
        client.RequestAsync(change, _ => true, cancellationToken);

    /// <summary>Makes users members, at most 100 at once.</summary>
    public static Task AddMembersAsync(this ChatClient client, int groupId, IReadOnlyList<int> userIds, CancellationToken cancellationToken = default) =>
        client.ChangeMembersAsync(new ChangeMembersRequest(groupId) { Add = userIds }, cancellationToken);

    /// <summary>Makes users members no more, at most 100 at once.</summary>
    public static Task RemoveMembersAsync(this ChatClient client, int groupId, IReadOnlyList<int> userIds, CancellationToken cancellationToken = default) =>
        client.ChangeMembersAsync(new ChangeMembersRequest(groupId) { Remove = userIds }, cancellationToken);

    /// <summary>Makes a member an admin, or a normal one again.</summary>
    public static Task SetAdminAsync(this ChatClient client, int groupId, int userId, bool isAdmin = true, CancellationToken cancellationToken = default) =>
        client.ChangeMembersAsync(
            new ChangeMembersRequest(groupId) { Role = new RoleChange(userId, isAdmin ? GroupRole.Admin : GroupRole.Normal) }, cancellationToken);

    /// <summary>A member may not send until a time; null: may again.</summary>
    public static Task MuteMemberAsync(this ChatClient client, int groupId, int userId, DateTimeOffset? until, CancellationToken cancellationToken = default) =>
        client.ChangeMembersAsync(
            new ChangeMembersRequest(groupId) { Mute = new MuteChange(userId, until?.ToUnixTimeMilliseconds() ?? 0) }, cancellationToken);

    /// <summary>The user is a member no more. A creator hands the group over first, unless nobody else is in it.</summary>
    public static Task LeaveGroupAsync(this ChatClient client, int groupId, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new LeaveGroupRequest(groupId), _ => true, cancellationToken);

    /// <summary>Who waits to be let in, those with ids above <paramref name="after"/>.</summary>
    public static Task<ListReply<JoinRequestEntry>> ListJoinRequestsAsync(
        this ChatClient client, int groupId, int after = 0, int limit = 100, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new JoinRequestsRequest(groupId, after, limit), ListReply.ReadJoinRequests, cancellationToken);

    /// <summary>Lets in those who wait, or does not: all of it or nothing.</summary>
    public static Task DecideJoinRequestsAsync(
        this ChatClient client, int groupId, IReadOnlyList<int> accept, IReadOnlyList<int> decline, CancellationToken cancellationToken = default) =>
        client.RequestAsync(new JoinRequestsRequest(groupId, 0, 100) { Accept = accept, Decline = decline }, _ => true, cancellationToken);
}
