using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The requests that list members, groups and friends page by page.</summary>
/// <param name="contacts">Who takes part.</param>
/// <param name="lists">What is listed.</param>
/// <param name="log">What was said; null without a history.</param>
/// <param name="maxFrameBytes">The largest frame.</param>
sealed class ListRequests(ContactStore contacts, ContactLists lists, MessageLogStore? log, int maxFrameBytes)
{
    /// <summary>Null: it is no request for a list.</summary>
    public async Task<Reply?> RunAsync(Request request, Asker asker) => request switch
    {
        ListMembersRequest members => await ListMembersAsync(members, asker),
        ListGroupsRequest groups => await ListGroupsAsync(groups, asker.UserId),
        ListFriendsRequest friends => await ListFriendsAsync(friends, asker.UserId),
        _ => null,
    };

    /// <summary>Who is in a group is the members' business.</summary>
    async Task<Reply> ListMembersAsync(ListMembersRequest request, Asker asker)
    {
        var (id, userId) = (request.GroupId, asker.UserId);
        var role = asker.SpeaksNext ? request.Role ?? "" : ""; // to clients of version 2 the key means nothing
        if (role is not ("" or GroupRole.Creator or GroupRole.Admin or GroupRole.Normal))
            return Reply.Fail(ErrorCode.Malformed, "\"role\" must be \"creator\", \"admin\" or \"normal\"");
        if (!await contacts.IsMemberAsync(userId, id))
        {
            return await contacts.GroupExistsAsync(id)
                ? Reply.Fail(ErrorCode.NotYours, $"you are no member of group {id}: only members see who is in it")
                : Reply.Fail(ErrorCode.NotFound, $"there is no group {id}");
        }

        // Before the members: who comes or goes in between is told about again, and nobody is missed.
        var head = asker.SpeaksNext && log is not null ? (await log.HeadsAsync([ConversationId.Group(id)])).Values.FirstOrDefault()?.Seq ?? 0 : 0;
        var page = await lists.MembersAsync(id, userId, request.After, request.Limit, role);
        return Reply.Ok(ListFrames.Members(request.Ref, page.Entries, page.HasMore, maxFrameBytes, head));
    }

    async Task<Reply> ListGroupsAsync(ListGroupsRequest request, int userId)
    {
        var page = await lists.GroupsAsync(userId, request.After, request.Limit);
        return Reply.Ok(ListFrames.Groups(request.Ref, page.Entries, page.HasMore, maxFrameBytes));
    }

    async Task<Reply> ListFriendsAsync(ListFriendsRequest request, int userId)
    {
        var page = await lists.FriendsAsync(userId, request.After, request.Limit);
        return Reply.Ok(ListFrames.Friends(request.Ref, page.Entries, page.HasMore, maxFrameBytes));
    }
}
