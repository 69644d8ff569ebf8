using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What users do about groups; <see cref="ListRequests"/> lists their members.</summary>
sealed class GroupRequests(Groups groups, GroupStore store, TimeProvider clock)
{
    /// <summary>Null: it is no request about a group.</summary>
    public async Task<Reply?> RunAsync(Request request, Asker asker) => request switch
    {
        CreateGroupRequest create => await CreateAsync(create, asker),
        JoinGroupRequest join => AnswerOf(join, join.GroupId, await groups.JoinAsync(asker.UserId, join.GroupId, asker.SessionId)),
        LeaveGroupRequest leave => AnswerOf(leave, leave.GroupId, await groups.LeaveAsync(asker.UserId, leave.GroupId, asker.SessionId)),
        ChangeGroupRequest change => AnswerOf(change, change.GroupId, await groups.ChangeAsync(asker.UserId, change, asker.SessionId)),
        ChangeMembersRequest change => AnswerOf(change, change.GroupId, await groups.ChangeMembersAsync(asker.UserId, change, asker.SessionId)),
        GetGroupRequest get => await GetAsync(get, asker),
        _ => null,
    };

    async Task<Reply> CreateAsync(CreateGroupRequest request, Asker asker)
    {
        var created = await groups.CreateAsync(asker.UserId, request.Name, request.Description, by: asker.UserId, except: asker.SessionId);
        return created.Error == ErrorCode.None
            ? Reply.Ok(ModernFrames.Success(request.Ref, writer => writer.WriteNumber("groupid", created.Id)))
            : Reply.Fail(created.Error, created.Reason);
    }

    /// <summary>Who could come in by itself, or ask to, sees where.</summary>
    async Task<Reply> GetAsync(GetGroupRequest request, Asker asker)
    {
        var id = request.GroupId;
        if (await store.FindAsync(id) is not { } group)
            return Reply.Fail(ErrorCode.NotFound, $"there is no group {id}");
        var own = await store.FactsAsync(id, asker.UserId);
        if (!own.IsMember && group.Policy.Joining == GroupJoining.Invite)
            return Reply.Fail(ErrorCode.NotYours, $"you are no member of group {id}: only members see it");
        return Reply.Ok(new GroupReply(id, group.Name, group.Description, group.Members)
        {
            Avatar = group.Policy.Avatar,
            Joining = group.Policy.Joining,
            Sending = group.Policy.Sending,
            Role = own.Role,
            MutedUntil = own.IsMember && own.MutedUntil > clock.GetUtcNow().ToUnixTimeMilliseconds() ? own.MutedUntil : 0,
        }.ToBytes(request.Ref));
    }

    /// <summary>A refusal of version 3 names the group, and the first user of whom something is wrong.</summary>
    static Reply AnswerOf(Request request, int groupId, GroupRefusal? refusal) => refusal switch
    {
        null => Reply.Ok(ModernFrames.Success(request.Ref)),
        { UserId: > 0 } when request is not JoinGroupRequest => new Reply(
            refusal.Error, refusal.Reason, new RefusedMember(groupId, refusal.UserId).ToBytes(request.Ref, refusal.Error, refusal.Reason)),
        _ => Reply.Fail(refusal.Error, refusal.Reason),
    };
}
