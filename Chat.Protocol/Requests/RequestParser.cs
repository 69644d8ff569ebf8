using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>Makes the request that the scanned fields describe, or says which field is wrong.</summary>
static class RequestParser
{
    public static Request Build(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.MsgId, int.MinValue, out var kind))
            return Invalid("\"msgid\" must be an integer that names the request");
        var request = Build(ref fields, (int)kind);
        var claimsName = kind is not (MessageKind.ChangeGroup or MessageKind.ChangeDevice or MessageKind.StartUpload) && !fields[RequestKey.Name].IsMissing; // there it is the group's, the device's, or the file's
        if (request is UserRequest own && (claimsName || !fields[RequestKey.Id].IsMissing))
            request = ReadClaim(ref fields, claimsName, out var claim) is { } wrong ? wrong : own with { Claim = ClaimIn(own, claim) };
        return request is InvalidRequest invalid ? invalid with { Kind = (int)kind } : request;
    }

    /// <summary>The conversation that a request names, whatever else is wrong with it; null: none, or it is of a kind that names none.</summary>
    public static ConversationId? FindConversation(ref RequestFields fields) =>
        TryInteger(ref fields, RequestKey.MsgId, int.MinValue, out var kind)
        && kind is MessageKind.Received or MessageKind.Read or MessageKind.FetchHistory or MessageKind.GetReceipts or MessageKind.Typing
            or MessageKind.ChangeMessage or MessageKind.FetchChanges or MessageKind.ChangeConversation or MessageKind.Search or MessageKind.Report
        && TryConversation(ref fields, out var conversation)
            ? conversation
            : null;

    static Request Build(ref RequestFields fields, int kind) =>
        kind switch
        {
            MessageKind.Login => LoginRequest.Read(ref fields),
            MessageKind.Logout => new LogoutRequest(),
            MessageKind.Register => RegisterRequest.Read(ref fields),
            MessageKind.DirectChat => SendMessageRequest.Read(ref fields, RequestKey.ToId),
            MessageKind.GroupChat => SendMessageRequest.Read(ref fields, RequestKey.GroupId),
            MessageKind.AddFriend => AddFriendRequest.Read(ref fields),
            MessageKind.CreateGroup => CreateGroupRequest.Read(ref fields),
            MessageKind.JoinGroup => JoinGroupRequest.Read(ref fields),
            MessageKind.Hello => HelloRequest.Read(ref fields),
            MessageKind.Received => ReceivedRequest.Read(ref fields),
            MessageKind.Read => ReadRequest.Read(ref fields),
            MessageKind.Ping => new PingRequest(),
            MessageKind.FetchHistory => FetchHistoryRequest.Read(ref fields),
            MessageKind.Sync => SyncRequest.Read(ref fields),
            MessageKind.GetSettings => new GetSettingsRequest(),
            MessageKind.ChangeSettings => UserSettingsReader.Read(fields.Frame),
            MessageKind.GetReceipts => GetReceiptsRequest.Read(ref fields),
            MessageKind.Watch => WatchReader.Read(fields.Frame),
            MessageKind.SetPresence => SetPresenceReader.Read(fields.Frame),
            MessageKind.Typing => TypingReader.Read(ref fields),
            MessageKind.ListContacts => ListContactsRequest.Read(ref fields),
            MessageKind.ChangeContact => ChangeContactRequest.Read(ref fields),
            MessageKind.GetUsers => GetUsersRequest.Read(ref fields),
            MessageKind.ChangeProfile => ChangeProfileRequest.Read(fields.Frame),
            MessageKind.ChangeMessage => ChangeMessageReader.Read(ref fields),
            MessageKind.FetchChanges => FetchChangesRequest.Read(ref fields),
            MessageKind.ListConversations => ListConversationsRequest.Read(ref fields),
            MessageKind.ChangeConversation => ChangeConversationRequest.Read(ref fields),
            MessageKind.Search => SearchRequest.Read(ref fields),
            MessageKind.StartUpload => StartUploadRequest.Read(fields.Frame),
            MessageKind.ListDevices => new ListDevicesRequest(),
            MessageKind.ChangeDevice => ChangeDeviceRequest.Read(fields.Frame),
            MessageKind.Report => ReportRequest.Read(ref fields),
            MessageKind.RefreshToken => RefreshTokenRequest.Read(ref fields),
            MessageKind.GetGroup => GetGroupRequest.Read(ref fields),
            MessageKind.ChangeGroup => ChangeGroupRequest.Read(ref fields),
            MessageKind.ChangeMembers => ChangeMembersRequest.Read(ref fields),
            MessageKind.JoinRequests => JoinRequestsRequest.Read(ref fields),
            MessageKind.LeaveGroup => LeaveGroupRequest.Read(ref fields),
            MessageKind.ListMembers => ListMembersRequest.Read(ref fields),
            MessageKind.ListGroups => ListGroupsRequest.Read(ref fields),
            MessageKind.ListFriends => ListFriendsRequest.Read(ref fields),
            _ => new UnknownRequest(kind),
        };

    /// <summary>The id in 120 and the name in 122 are somebody else's.</summary>
    static SenderClaim ClaimIn(UserRequest request, SenderClaim claim) => request switch
    {
        ChangeContactRequest => claim with { Id = null },
        GetUsersRequest or GetGroupRequest { Name: not null } => claim with { Name = null },
        _ => claim,
    };

    /// <summary>Any request may say whose it is; what is wrong with that comes back.</summary>
    static InvalidRequest? ReadClaim(ref RequestFields fields, bool claimsName, out SenderClaim claim)
    {
        claim = default;
        if (!OptionalInteger(ref fields, RequestKey.Id, 1, int.MaxValue, out var id))
            return NoInteger(RequestKey.Id);
        string? name = null;
        if (claimsName && !OptionalString(ref fields, RequestKey.Name, out name))
            return NoString(ref fields, RequestKey.Name);
        claim = new SenderClaim((int?)id, name);
        return null;
    }
}
