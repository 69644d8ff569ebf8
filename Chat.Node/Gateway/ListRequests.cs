using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The requests that list members, groups and friends page by page.</summary>
sealed class ListRequests(ContactStore contacts, ContactLists lists, int maxFrameBytes)
{
    /// <summary>Null: it is no request for a list.</summary>
    public async Task<Reply?> RunAsync(Request request, int userId) => request switch
    {
        ListMembersRequest members => await ListMembersAsync(members, userId),
        ListGroupsRequest groups => await ListGroupsAsync(groups, userId),
        ListFriendsRequest friends => await ListFriendsAsync(friends, userId),
        _ => null,
    };

    /// <summary>Who is in a group is the members' business.</summary>
    async Task<Reply> ListMembersAsync(ListMembersRequest request, int userId)
    {
        var id = request.GroupId;
        if (!await contacts.IsMemberAsync(userId, id))
        {
            return await contacts.GroupExistsAsync(id)
                ? Reply.Fail(ErrorCode.NotYours, $"you are no member of group {id}: only members see who is in it")
                : Reply.Fail(ErrorCode.NotFound, $"there is no group {id}");
        }

        var page = await lists.MembersAsync(id, userId, request.After, request.Limit);
        return Reply.Ok(ListFrames.Members(request.Ref, page.Entries, page.HasMore, maxFrameBytes));
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
