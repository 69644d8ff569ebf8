using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What users do about groups; <see cref="ListRequests"/> lists their members.</summary>
sealed class GroupRequests(Groups groups, GroupStore store, ContactLists lists, TimeProvider clock, int maxFrameBytes)
{
    /// <summary>Null: it is no request about a group.</summary>
    public async Task<Reply?> RunAsync(Request request, Asker asker) => request switch
    {
        CreateGroupRequest create => await CreateAsync(create, asker),
        JoinGroupRequest join => await JoinAsync(join, asker),
        LeaveGroupRequest leave => AnswerOf(leave, leave.GroupId, await groups.LeaveAsync(asker.UserId, leave.GroupId, asker.SessionId)),
        ChangeGroupRequest change => AnswerOf(change, change.GroupId, await groups.ChangeAsync(asker.UserId, change, asker.SessionId)),
        ChangeMembersRequest change => AnswerOf(change, change.GroupId, await groups.ChangeMembersAsync(asker.UserId, change, asker.SessionId)),
        JoinRequestsRequest { IsList: true } list => await ListAsync(list, asker),
        JoinRequestsRequest decision => AnswerOf(decision, decision.GroupId, await groups.DecideAsync(asker.UserId, decision)),
        GetGroupRequest { Name: { } name } get => await FindAsync(get, name, asker),
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

    /// <summary>To be asked for is news of version 3: others have not been let in, and are told what happens.</summary>
    async Task<Reply> JoinAsync(JoinGroupRequest request, Asker asker)
    {
        var (refusal, hasAsked) = await groups.JoinAsync(asker.UserId, request.GroupId, asker.SessionId);
        if (!hasAsked)
            return AnswerOf(request, request.GroupId, refusal);
        return asker.SpeaksNext
            ? Reply.Ok(ModernFrames.Success(request.Ref, writer => writer.WriteBoolean("asked", true)))
            : Reply.Fail(ErrorCode.Forbidden, $"group {request.GroupId} is not open to everybody: its creator and admins have been asked to let you in");
    }

    async Task<Reply> ListAsync(JoinRequestsRequest request, Asker asker)
    {
        var id = request.GroupId;
        var own = await store.FactsAsync(id, asker.UserId);
        if (GroupRules.MayDecide(id, own.Role) is { } refusal)
            return AnswerOf(request, id, !own.IsMember && await store.FindAsync(id) is null ? GroupRefusal.NoGroup(id) : refusal);
        var page = await lists.JoinRequestsAsync(id, request.After, request.Limit);
        return Reply.Ok(ListFrames.JoinRequests(request.Ref, page.Entries, page.HasMore, maxFrameBytes));
    }

    /// <summary>Of a group that one would not see nobody tells whether it is there.</summary>
    async Task<Reply> FindAsync(GetGroupRequest request, string name, Asker asker)
    {
        var id = await store.FindIdAsync(name);
        var found = id is { } known ? await GetAsync(request with { GroupId = known, Name = null }, asker) : null;
        return found is { Error: ErrorCode.None } ? found : Reply.Fail(ErrorCode.NotFound, $"there is no group \"{name}\" that you are in or could come into");
    }

    /// <summary>Who could come in by itself, or ask to, sees where.</summary>
    async Task<Reply> GetAsync(GetGroupRequest request, Asker asker)
    {
        var id = request.GroupId;
        if (await store.FindAsync(id) is not { } group)
            return Reply.Fail(ErrorCode.NotFound, $"there is no group {id}");
        var own = await store.FactsAsync(id, asker.UserId);
        if (!own.IsMember && (own.IsBanned || group.Policy.Joining == GroupJoining.Invite))
            return Reply.Fail(ErrorCode.NotYours, $"you are no member of group {id}: only members see it");
        return Reply.Ok(new GroupReply(id, group.Name, group.Description, group.Members)
        {
            Avatar = group.Policy.Avatar,
            Joining = group.Policy.Joining,
            Sending = group.Policy.Sending,
            History = group.Policy.History,
            KeepDays = group.Policy.KeepDays,
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
