using Chat.Node.Files;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>The answer to a request: a finished frame, or why there is none. Success without a frame is not answered.</summary>
sealed record Reply(ErrorCode Error, string Reason, byte[] Frame)
{
    public static readonly Reply None = Ok([]);

    public static Reply Ok(byte[] frame) => new(ErrorCode.None, "", frame);

    public static Reply Fail(ErrorCode error, string reason) => new(error, reason, []);
}

/// <summary>The requests of a logged-in user that only read and write what is stored.</summary>
sealed class UserRequests(
    ContactStore contacts, GroupRequests groups, ListRequests lists, ChangeRequests changes, HistoryRequests history, MarkRequests marks, ConversationRequests conversations, PeopleRequests people, ContactRequests contactBook, SearchRequests search, SettingsRequests settings, DeviceRequests devices, ReportRequests reports, UploadDesk uploads, bool keepsHistory,
    ILogger<UserRequests> logger)
{
    /// <summary>A client takes a connection for dead whose reply is 3 s late.</summary>
    static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(2.2);

    public async Task<Reply> RunAsync(Request request, Asker asker)
    {
        var userId = asker.UserId;
        try
        {
            return request switch
            {
                AddFriendRequest add => await AddFriendAsync(add, userId),
                FetchHistoryRequest or SyncRequest or GetReceiptsRequest or ChangeMessageRequest or FetchChangesRequest or ListConversationsRequest or ChangeConversationRequest or SearchRequest or ReportRequest when !keepsHistory => HistoryOff(),
                FetchHistoryRequest fetch => await history.FetchAsync(fetch, asker),
                SyncRequest sync => await history.SyncAsync(sync, asker),
                ChangeMessageRequest change => await changes.ChangeAsync(change, userId, ShortTimeout),
                FetchChangesRequest fetch => await changes.FetchAsync(fetch, userId),
                ReadRequest read => await marks.ReadAsync(read, asker, ShortTimeout),
                GetReceiptsRequest get => await marks.ReceiptsAsync(get, asker),
                ListConversationsRequest list => await conversations.ListAsync(list, asker, ShortTimeout),
                ChangeConversationRequest change => await conversations.ChangeAsync(change, asker),
                ListContactsRequest list => await contactBook.ListAsync(list, userId),
                ChangeContactRequest change => await contactBook.ChangeAsync(change, asker, ShortTimeout),
                GetUsersRequest get => await people.GetAsync(get),
                ChangeProfileRequest change => await people.ChangeAsync(change, userId, change.Display, change.Avatar, change.About),
                SetPresenceRequest presence => await people.ChangeAsync(presence, userId, display: null, avatar: null, presence.About),
                SearchRequest wanted => await search.SearchAsync(wanted, asker, ShortTimeout),
                GetSettingsRequest get => await settings.GetAsync(get, asker, ShortTimeout),
                ChangeSettingsRequest change => await settings.ChangeAsync(change, asker, ShortTimeout),
                ListDevicesRequest list => await devices.ListAsync(list, asker),
                ChangeDeviceRequest change => await devices.ChangeAsync(change, userId, ShortTimeout),
                ReportRequest report => await reports.ReportAsync(report, userId),
                StartUploadRequest start => AnswerOf(start, await uploads.StartAsync(userId, start)),
                _ => await lists.RunAsync(request, asker) ?? await groups.RunAsync(request, asker) ?? Reply.Fail(ErrorCode.UnknownRequest, "there is no such request"),
            };
        }
        catch (RowRefusedException)
        {
            return Reply.Fail(ErrorCode.Malformed, "other servers that use the same database could not store this text: take another one, ASCII is safe");
        }
        catch (Exception e) // also what nobody foresaw: a request without an answer holds up all behind it
        {
            Log.RequestFailed(logger, request.GetType().Name, e);
            return Reply.Fail(ErrorCode.Unavailable, "the request could not be carried out now");
        }
    }

    async Task<Reply> AddFriendAsync(AddFriendRequest request, int userId)
    {
        if (request.FriendId == userId)
            return Reply.Fail(ErrorCode.Malformed, "\"friendid\" is your own id: another user's is expected");
        if (!await contacts.AddFriendAsync(userId, request.FriendId))
            return Reply.Fail(ErrorCode.NotFound, $"there is no user {request.FriendId}");
        contactBook.OnFriendAdded(userId, request.FriendId);
        return Reply.Ok(ModernFrames.Success(request.Ref));
    }

    static Reply AnswerOf(StartUploadRequest request, UploadStart start) =>
        start.Reply is { } reply ? Reply.Ok(reply.ToBytes(request.Ref)) : Reply.Fail(start.Error, start.Reason);

    static Reply HistoryOff() => Reply.Fail(ErrorCode.HistoryOff, "this server keeps no history");
}
