using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Makes the request that the scanned fields describe, or says which field is wrong.</summary>
static class RequestParser
{
    const int MaxTextField = 1024;
    const int MaxSinceBytes = 64 * 1024;
    const int DefaultHistoryLimit = 100;
    const int MaxHistoryLimit = 1000;
    const int DefaultListLimit = 100;
    const int MaxListLimit = 500;

    public static Request Build(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.MsgId, int.MinValue, out var kind))
            return Invalid("\"msgid\" must be an integer that names the request");
        var request = Build(ref fields, (int)kind);
        if (request is UserRequest own && !(fields[RequestKey.Id].IsMissing && fields[RequestKey.Name].IsMissing))
            request = ReadClaim(ref fields, out var claim) is { } wrong ? wrong : own with { Claim = claim };
        return request is InvalidRequest invalid ? invalid with { Kind = (int)kind } : request;
    }

    static Request Build(ref RequestFields fields, int kind) =>
        kind switch
        {
            MessageKind.Login => BuildLogin(ref fields),
            MessageKind.Logout => new LogoutRequest(),
            MessageKind.Register => BuildRegister(ref fields),
            MessageKind.DirectChat => BuildMessage(ref fields, RequestKey.ToId),
            MessageKind.GroupChat => BuildMessage(ref fields, RequestKey.GroupId),
            MessageKind.AddFriend => BuildAddFriend(ref fields),
            MessageKind.CreateGroup => BuildCreateGroup(ref fields),
            MessageKind.JoinGroup => BuildJoinGroup(ref fields),
            MessageKind.Hello => BuildHello(ref fields),
            MessageKind.Received => BuildReceived(ref fields),
            MessageKind.Read => BuildRead(ref fields),
            MessageKind.Ping => new PingRequest(),
            MessageKind.FetchHistory => BuildHistory(ref fields),
            MessageKind.Sync => BuildSync(ref fields),
            MessageKind.GetSettings => new GetSettingsRequest(),
            MessageKind.ChangeSettings => UserSettingsReader.Read(fields.Frame),
            MessageKind.ListMembers => BuildListMembers(ref fields),
            MessageKind.ListGroups => WithPage(ref fields, static (after, limit) => new ListGroupsRequest(after, limit)),
            MessageKind.ListFriends => WithPage(ref fields, static (after, limit) => new ListFriendsRequest(after, limit)),
            _ => new UnknownRequest(kind),
        };

    static Request BuildHello(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.Protocol, 0, out var protocol))
            return NoInteger(RequestKey.Protocol);
        return OptionalString(ref fields, RequestKey.Client, out var client)
            ? new HelloRequest((int)protocol, client ?? "")
            : NoString(ref fields, RequestKey.Client);
    }

    /// <summary>Everything that says who it is, whether it is needed or not: the login must not be anybody else's.</summary>
    static Request BuildLogin(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.Token, out var token))
            return NoString(ref fields, RequestKey.Token);
        if (!OptionalInteger(ref fields, RequestKey.Id, int.MinValue, int.MaxValue, out var id))
            return NoInteger(RequestKey.Id);
        if (!OptionalString(ref fields, RequestKey.Name, out var name))
            return NoString(ref fields, RequestKey.Name);
        if (token is null && id is null && name is null)
            return Invalid("a login needs \"id\" or \"name\" with \"password\", or \"token\" alone");
        return OptionalString(ref fields, RequestKey.Password, out var password) && (password ?? token) is not null
            ? new LoginRequest((int?)id, name, password, token)
            : NoString(ref fields, RequestKey.Password);
    }

    /// <summary>Any request may say whose it is; what is wrong with that comes back.</summary>
    static InvalidRequest? ReadClaim(ref RequestFields fields, out SenderClaim claim)
    {
        claim = default;
        if (!OptionalInteger(ref fields, RequestKey.Id, 1, int.MaxValue, out var id))
            return NoInteger(RequestKey.Id);
        if (!OptionalString(ref fields, RequestKey.Name, out var name))
            return NoString(ref fields, RequestKey.Name);
        claim = new SenderClaim((int?)id, name);
        return null;
    }

    static Request BuildRegister(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.Name, out var name) || name is null)
            return NoString(ref fields, RequestKey.Name);
        return OptionalString(ref fields, RequestKey.Password, out var password) && password is not null
            ? new RegisterRequest(name, password)
            : NoString(ref fields, RequestKey.Password);
    }

    static Request BuildAddFriend(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.FriendId, 1, out var friend)
            ? new AddFriendRequest((int)friend)
            : NoInteger(RequestKey.FriendId);

    static Request BuildJoinGroup(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.GroupId, 1, out var group)
            ? new JoinGroupRequest((int)group)
            : NoInteger(RequestKey.GroupId);

    static Request BuildCreateGroup(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.GroupName, out var name) || name is null)
            return NoString(ref fields, RequestKey.GroupName);
        return OptionalString(ref fields, RequestKey.GroupDesc, out var description)
            ? new CreateGroupRequest(name, description ?? "")
            : NoString(ref fields, RequestKey.GroupDesc);
    }

    static Request BuildMessage(ref RequestFields fields, RequestKey target)
    {
        if (!TryInteger(ref fields, target, 1, out var targetId))
            return NoInteger(target);
        if (!OptionalInteger(ref fields, RequestKey.Id, int.MinValue, int.MaxValue, out var sender))
            return NoInteger(RequestKey.Id);
        if (fields[RequestKey.Msg].Type != JsonTokenType.String)
            return NoString(ref fields, RequestKey.Msg);
        if (fields[RequestKey.Name] is { IsMissing: false, Type: not JsonTokenType.String })
            return NoString(ref fields, RequestKey.Name);
        if (fields[RequestKey.Time] is { IsMissing: false } time
            && (time.Type != JsonTokenType.String || RequestReader.Utf8Length(fields.Bytes(RequestKey.Time).Span) > SendMessageRequest.MaxTimeBytes))
            return Invalid($"\"time\" must be a string of at most {SendMessageRequest.MaxTimeBytes} bytes");
        if (!OptionalString(ref fields, RequestKey.Cmid, out var cmid)
            || (cmid is not null && (cmid.Length == 0 || RequestReader.CodePoints(cmid) > SendMessageRequest.MaxCmidCodePoints)))
            return Invalid($"\"cmid\" must be a string of 1 to {SendMessageRequest.MaxCmidCodePoints} code points");

        var text = fields.Bytes(RequestKey.Msg);
        var isCanonical = fields.IsCanonical
            && !fields[RequestKey.Id].IsMissing && !fields[RequestKey.Name].IsMissing && !fields[RequestKey.Time].IsMissing;
        var rewrite = fields.HasLooseEscapes || (fields.HasOthers && !isCanonical);
        return new SendMessageRequest(rewrite
            ? ChatObjectTokens.Rewrite(fields.Frame)
            : new ChatObjectTokens(fields.Frame, isCanonical, text, fields.Bytes(RequestKey.Name), fields.Bytes(RequestKey.Time)))
        {
            Ref = fields.Ref, // here, so that the most frequent request is not copied for it
            IsGroup = target == RequestKey.GroupId,
            TargetId = (int)targetId,
            SenderId = (int?)sender,
            Cmid = cmid,
            TextBytes = rewrite ? RequestReader.Utf8Length(text.ToArray()) : RequestReader.Utf8Length(text.Span),
        };
    }

    static Request BuildReceived(ref RequestFields fields)
    {
        if (!fields[RequestKey.Offline].IsMissing)
        {
            return TryInteger(ref fields, RequestKey.Offline, 1, out var offline, long.MaxValue)
                ? new ReceivedRequest(null, 0, offline)
                : NoInteger(RequestKey.Offline);
        }

        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        return TryInteger(ref fields, RequestKey.Seq, 0, out var seq, long.MaxValue)
            ? new ReceivedRequest(conversation, seq, null)
            : NoInteger(RequestKey.Seq);
    }

    static Request BuildRead(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        return TryInteger(ref fields, RequestKey.Seq, 0, out var seq, long.MaxValue)
            ? new ReadRequest(conversation, seq)
            : NoInteger(RequestKey.Seq);
    }

    static Request BuildHistory(ref RequestFields fields)
    {
        if (!TryConversation(ref fields, out var conversation))
            return NoConversation();
        if (!OptionalInteger(ref fields, RequestKey.After, 0, long.MaxValue, out var after))
            return NoInteger(RequestKey.After);
        if (!OptionalInteger(ref fields, RequestKey.Before, 1, long.MaxValue, out var before))
            return NoInteger(RequestKey.Before);
        if (!OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit))
            return NoInteger(RequestKey.Limit);
        if (after is not null && before is not null)
            return Invalid("\"after\" and \"before\" exclude each other");
        return new FetchHistoryRequest(conversation, after, before, (int)Math.Min(limit ?? DefaultHistoryLimit, MaxHistoryLimit));
    }

    static Request BuildListMembers(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.GroupId, 1, out var group)
            ? WithPage(ref fields, (after, limit) => new ListMembersRequest((int)group, after, limit))
            : NoInteger(RequestKey.GroupId);

    static Request WithPage(ref RequestFields fields, Func<int, int, Request> build)
    {
        if (!OptionalInteger(ref fields, RequestKey.After, 0, int.MaxValue, out var after))
            return NoInteger(RequestKey.After);
        return OptionalInteger(ref fields, RequestKey.Limit, 1, int.MaxValue, out var limit)
            ? build((int)(after ?? 0), (int)Math.Min(limit ?? DefaultListLimit, MaxListLimit))
            : NoInteger(RequestKey.Limit);
    }

    static Request BuildSync(ref RequestFields fields) =>
        OptionalString(ref fields, RequestKey.Since, out var since, MaxSinceBytes)
            ? new SyncRequest(since)
            : NoString(ref fields, RequestKey.Since, MaxSinceBytes);

    static bool TryConversation(ref RequestFields fields, out ConversationId conversation)
    {
        conversation = default;
        return OptionalString(ref fields, RequestKey.Conversation, out var text) && ConversationId.TryParse(text, out conversation);
    }

    static bool TryInteger(ref RequestFields fields, RequestKey key, long min, out long value, long max = int.MaxValue)
    {
        var fits = OptionalInteger(ref fields, key, min, max, out var optional) && optional is not null;
        value = optional ?? 0;
        return fits;
    }

    static bool OptionalInteger(ref RequestFields fields, RequestKey key, long min, long max, out long? value)
    {
        value = null;
        var token = fields[key];
        if (token.IsMissing)
            return true;
        if (token.Type != JsonTokenType.Number || !long.TryParse(fields.Bytes(key).Span, null, out var number) || number < min || number > max)
            return false;
        value = number;
        return true;
    }

    static bool OptionalString(ref RequestFields fields, RequestKey key, out string? value, int maxBytes = MaxTextField)
    {
        value = null;
        var token = fields[key];
        if (token.IsMissing)
            return true;
        if (token.Type != JsonTokenType.String)
            return false;
        var bytes = fields.Bytes(key).Span;
        if (RequestReader.Utf8Length(bytes) > maxBytes)
            return false;
        if (!bytes.Contains((byte)'\\'))
        {
            value = Encoding.UTF8.GetString(bytes[1..^1]);
            return true;
        }

        var reader = new Utf8JsonReader(bytes);
        reader.Read();
        value = reader.GetString();
        return true;
    }

    static InvalidRequest Invalid(string reason) => RequestFields.Invalid(reason);

    static InvalidRequest NoInteger(RequestKey key) => Invalid($"\"{RequestKeys.NameOf(key)}\" is missing or not an integer in range");

    /// <summary>Which of the three it is.</summary>
    static InvalidRequest NoString(ref RequestFields fields, RequestKey key, int maxBytes = MaxTextField) => fields[key] switch
    {
        { IsMissing: true } => Invalid($"\"{RequestKeys.NameOf(key)}\" is missing: a string is expected"),
        { Type: not JsonTokenType.String } => Invalid($"\"{RequestKeys.NameOf(key)}\" is not a string: one of at most {maxBytes} bytes is expected"),
        _ => Invalid($"\"{RequestKeys.NameOf(key)}\" has {RequestReader.Utf8Length(fields.Bytes(key).Span)} bytes: at most {maxBytes} are expected"),
    };

    static InvalidRequest NoConversation() => Invalid("\"conversation\" must be d:LOWER:HIGHER (two user ids) or g:GROUP");
}
