using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Who users are, and how they want to be shown.</summary>
/// <param name="users">Users by their ids and names.</param>
/// <param name="accounts">The user of a whole name.</param>
/// <param name="profiles">What users say about themselves.</param>
/// <param name="access">Whether the beginning of a name is enough to find somebody.</param>
/// <param name="maxFrameBytes">The largest answer.</param>
sealed class PeopleRequests(UserDirectory users, Accounts accounts, UserProfiles profiles, DirectoryAccess access, int maxFrameBytes)
{
    /// <summary>Most users that the beginning of a name finds.</summary>
    public const int MaxFound = 20;

    public async Task<Reply> GetAsync(GetUsersRequest request)
    {
        if (request.Prefix is { } prefix)
        {
            if (access != DirectoryAccess.Open)
                return Reply.Fail(ErrorCode.Off, "this server finds users by their whole name only: \"name\" is expected");
            var found = await users.FindByPrefixAsync(prefix, MaxFound + 1);
            return Answer(request, found.Take(MaxFound), found.Count > MaxFound);
        }

        var ids = request.Name is { } name ? await accounts.FindAsync(name) is { } account ? [account.Id] : [] : request.Ids ?? [];
        return Answer(request, (await users.FindAsync(ids)).OrderBy(user => user.Id), hasMore: false);
    }

    /// <summary>Asking for what is so already is a success.</summary>
    public async Task<Reply> ChangeAsync(Request request, int userId, string? display, string? avatar, string? about)
    {
        await profiles.ChangeAsync(userId, display, avatar, about);
        return Reply.Ok(ModernFrames.Success(request.Ref));
    }

    Reply Answer(GetUsersRequest request, IEnumerable<DirectoryUser> found, bool hasMore) =>
        Reply.Ok(new UsersReply([.. found.Select(user => user.ToProfile())], hasMore).ToBytes(request.Ref, maxFrameBytes));
}
