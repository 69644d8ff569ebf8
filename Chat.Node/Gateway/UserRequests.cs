using System.Globalization;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
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
    ContactStore contacts, ListRequests lists, MessageLogStore log, MarkQueue marks, bool keepsHistory, int maxFrameBytes, TimeProvider clock, ILogger<UserRequests> logger,
    Lazy<IActorRef> conversations, Lazy<IActorRef> users)
{
    const int MaxDescriptionCharacters = 200;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>A client takes a connection for dead whose reply is 3 s late.</summary>
    static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(2.2);

    public async Task<Reply> RunAsync(Request request, int userId, long sessionId)
    {
        try
        {
            return request switch
            {
                AddFriendRequest add => await AddFriendAsync(add, userId),
                CreateGroupRequest create => await CreateGroupAsync(create, userId),
                JoinGroupRequest join => await JoinGroupAsync(join, userId),
                FetchHistoryRequest fetch => await FetchHistoryAsync(fetch, userId),
                SyncRequest sync => await SyncAsync(sync, userId),
                ReadRequest read => await MarkReadAsync(read, userId),
                GetSettingsRequest get => await AskSettingsAsync(get, new GetSettings(userId)),
                ChangeSettingsRequest change => await AskSettingsAsync(change, new ChangeSettings(userId, sessionId, change.Change)),
                _ => await lists.RunAsync(request, userId) ?? Reply.Fail(ErrorCode.UnknownRequest, "there is no such request"),
            };
        }
        catch (RowRefusedException)
        {
            return Reply.Fail(ErrorCode.Malformed, "other servers that use the same database could not store this text: take another one, ASCII is safe");
        }
        catch (Exception e) when (e is StorageException or AskTimeoutException or TimeoutException)
        {
            Log.RequestFailed(logger, request.GetType().Name, e);
            return Reply.Fail(ErrorCode.Unavailable, "the request could not be carried out now");
        }
    }

    async Task<Reply> AddFriendAsync(AddFriendRequest request, int userId)
    {
        if (request.FriendId == userId)
            return Reply.Fail(ErrorCode.Malformed, "\"friendid\" is your own id: another user's is expected");
        return await contacts.AddFriendAsync(userId, request.FriendId)
            ? Reply.Ok(ModernFrames.Success(request.Ref))
            : Reply.Fail(ErrorCode.NotFound, $"there is no user {request.FriendId}");
    }

    async Task<Reply> CreateGroupAsync(CreateGroupRequest request, int userId)
    {
        var problem = NameRule.Problem("groupname", request.Name) ?? DescriptionProblem(request.Description);
        if (problem is not null)
            return Reply.Fail(ErrorCode.Malformed, problem);
        if (await contacts.CreateGroupAsync(userId, NormalForm.Compose(request.Name), request.Description) is not { } id)
            return Reply.Fail(ErrorCode.Rejected, "the name is taken");
        return Reply.Ok(ModernFrames.Success(request.Ref, writer => writer.WriteNumber("groupid", id)));
    }

    /// <summary>Answered when the conversation knows its new member: what is sent afterwards reaches it.</summary>
    async Task<Reply> JoinGroupAsync(JoinGroupRequest request, int userId)
    {
        if (!await contacts.JoinGroupAsync(userId, request.GroupId))
            return Reply.Fail(ErrorCode.NotFound, $"there is no group {request.GroupId}");
        await conversations.Value.Ask<MembersKnown>(
            new MembersChanged(ConversationId.Group(request.GroupId), userId), Timeout);
        return Reply.Ok(ModernFrames.Success(request.Ref));
    }

    async Task<Reply> FetchHistoryAsync(FetchHistoryRequest request, int userId)
    {
        if (!keepsHistory)
            return HistoryOff();
        var id = request.Conversation;
        if (id.IsGroup ? !await contacts.IsMemberAsync(userId, id.B) : !id.IsBetween(userId))
            return Reply.Fail(ErrorCode.NotYours, $"you take no part in {id}");
        var isBackwards = request.After is null;
        var rows = isBackwards
            ? await log.ReadBeforeAsync(id, request.Before ?? long.MaxValue, request.Limit + 1)
            : await log.ReadAfterAsync(id, request.After!.Value, request.Limit + 1);
        var hasMore = rows.Count > request.Limit;
        if (hasMore)
            rows.RemoveAt(isBackwards ? 0 : rows.Count - 1);
        var pushes = rows.ConvertAll(row => ChatBody.ToPush(row.Body.Span, id, row.Cmid, row.Seq, row.Ts));
        return Reply.Ok(ModernFrames.History(request.Ref, pushes, isBackwards, hasMore, maxFrameBytes));
    }

    async Task<Reply> SyncAsync(SyncRequest request, int userId)
    {
        if (!keepsHistory)
            return HistoryOff();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var rows = await log.ConversationsOfAsync(userId);
        var page = SyncPage.Make(rows, SyncToken.TryDecode(request.Since), now, maxFrameBytes);
        return Reply.Ok(ModernFrames.Sync(request.Ref, page.Token.Encode(), page.Entries, page.HasMore));
    }

    /// <summary>Answered when the mark is stored, with whatever else gathered meanwhile.</summary>
    async Task<Reply> MarkReadAsync(ReadRequest request, int userId)
    {
        var id = request.Conversation;
        if (!id.IsGroup && !id.IsBetween(userId))
            return Reply.Fail(ErrorCode.NotYours, MarkReply.NotYours(id));
        var verdicts = await marks.RaiseAsync([new DeliveryMark(userId, id, 0, 0, request.Seq)]).WaitAsync(ShortTimeout, clock);
        var error = verdicts[0].Outcome switch
        {
            MarkOutcome.Stored => ErrorCode.None,
            MarkOutcome.NotYours => ErrorCode.NotYours,
            _ => ErrorCode.Malformed,
        };
        if (error != ErrorCode.None)
            return new Reply(error, "", MarkReply.Refusal(request.Ref, id, request.Seq, error, verdicts[0].Head));
        return request.Ref.IsNone ? Reply.None : Reply.Ok(ModernFrames.Success(request.Ref));
    }

    async Task<Reply> AskSettingsAsync(Request request, IUserMessage question)
    {
        var answer = await users.Value.Ask<SettingsAnswer>(question, ShortTimeout);
        return answer.Settings is { } settings
            ? Reply.Ok(SettingsFrames.Reply(request.Ref, settings, maxFrameBytes))
            : Reply.Fail(answer.Error, answer.Reason);
    }

    static Reply HistoryOff() => Reply.Fail(ErrorCode.HistoryOff, "this server keeps no history");

    static string? DescriptionProblem(string text)
    {
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            position++;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return $"\"groupdesc\" has U+{rune.Value:X4} at position {position}: no control character and no separator of lines is expected";
        }

        return position > MaxDescriptionCharacters ? $"\"groupdesc\" has {position} characters: 0 to {MaxDescriptionCharacters} are expected" : null;
    }
}
