using Chat.Protocol;

namespace ChatActors.Client.Connections;

/// <summary>What a server can do beyond version 2 of the protocol, as its hello names it.</summary>
static class Feature
{
    public const string Changes = "changes";
    public const string Receipts = "receipts";
    public const string Conversations = "conversations";
    public const string Watch = "watch";
    public const string Typing = "typing";
    public const string Groups = "groups";
    public const string Search = "search";
    public const string Replies = "replies";
    public const string Threads = "threads";
    public const string Mentions = "mentions";
    public const string Files = "files";
    public const string Devices = "devices";
    public const string Reports = "reports";

    /// <summary>What a request needs; null: every server answers it, if only with a refusal.</summary>
    public static string? Of(Request request) => request switch
    {
        GetReceiptsRequest => Receipts,
        ListConversationsRequest or ChangeConversationRequest => Conversations,
        WatchRequest or SetPresenceRequest => Watch,
        TypingRequest => Typing,
        GetGroupRequest or ChangeGroupRequest or ChangeMembersRequest or LeaveGroupRequest or JoinRequestsRequest => Groups,
        SearchRequest => Search,
        FetchHistoryRequest { Thread: > 0 } or FetchHistoryRequest { Seqs.Count: > 0 } => Threads,
        ChangeMessageRequest { Mentions: not null } or ChangeSettingsRequest { Change.Notify: not null } => Mentions,
        StartUploadRequest => Files,
        ListDevicesRequest or ChangeDeviceRequest => Devices,
        ReportRequest => Reports,
        _ => null,
    };
}
