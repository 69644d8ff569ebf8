using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Tests.Serialization;

/// <summary>One message of every type that may leave a node, and two where a field may be missing.</summary>
static class Samples
{
    static readonly ConversationId Direct = ConversationId.Direct(3, 17);
    static readonly ConversationId Group = ConversationId.Group(5);

    static readonly byte[] Body =
        """{"id":3,"msg":"hi 你😀","msgid":6,"name":"alice","time":"2026-01-02 03:04:05","toid":17}"""u8.ToArray();

    static readonly AcceptedMessage Message = new(Direct, 42, 3, "c-17 é", 1795410443660, Body, -5_000_000_000);

    static readonly byte[] References = """{"reply":41,"thread":7,"mentions":[17,18]}"""u8.ToArray();

    public const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    static readonly QueuedMessage[] Rows =
    [
        new(1, Direct, 42, "c", 1795410443660, Body),
        new(2, Group, 0, "", 1, Body),
        new(long.MaxValue, null, 0, null, 0, Body),
    ];

    public static IClusterMessage[] All { get; } =
    [
        new Post(Direct, -123456789012345, 7, 6, 5, 2, 3, "c-17 é", Body, 75, true),
        new Post(Group, 1, 1, 0, 0, 0, 17, "", Body, 0, false),
        new Post(Direct, 1, 1, 0, 0, 0, 3, "c", Body, 75, true) { References = References },
        new Post(Direct, 1, 1, 0, 0, 0, 3, "c", Body, 75, true) { Trace = Trace },
        new Post(Direct, 1, 1, 0, 0, 0, 3, "c", Body, 75, true) { References = References, Trace = Trace },
        new PostAccepted(Direct, 7, 42, 1795410443660),
        new PostRefused(Group, 7, ErrorCode.NotYours, "you are not a member of group 5"),
        new PostRefused(Group, 8, ErrorCode.Forbidden, "you are muted in group 5", 1795410443660),
        new ResendPosts(Direct, 6),
        new MembersChanged(Group, 17),
        new ReloadMembers(Group),
        new MembersKnown(Group),
        new ResumeFanOut(Direct),
        new FanOutFinished(Direct),
        new DeliveryConfirmed(Direct, 17, 9_000_000_000, 42),
        new ResendDeliveries(Direct, 17, 0, 41),
        StopConversation.Instance,
        new Deliver(17, 9_000_000_000, 42, 40, 39, true, Message),
        new Deliver(17, 0, 1, 0, 0, false, Message with { Conversation = Group, Seq = 0, OriginSession = 0 }),
        new Deliver(17, 0, 43, 42, 42, false, Message with { References = References }),
        new Deliver(17, 0, 43, 42, 42, false, Message) { Trace = Trace },
        new Deliver(17, 0, 43, 42, 42, false, Message with { References = References }) { Trace = Trace },
        new Attach(17, 99, true, false, [1, 2, 255]),
        new Attach(17, 99, false, true, null),
        new Attached(17, Rows, true),
        new Attached(17, [], false),
        new Attached(17, [.. Rows, Rows[0] with { Id = 4, References = References }], false),
        new AttachRefused(17),
        new Detach(17, 99),
        new SessionReplaced(),
        ProvePeer.Instance,
        new PeerProved(17, 99, true),
        GiveUpPlace.Instance,
        new OtherDevicesChanged(true),
        new Push(9_000_000_000, 42, Message),
        new Push(9_000_000_000, 42, Message) { Trace = Trace },
        new Pushed(17, 99, Group, 9_000_000_000, 42),
        new OfflinePage(Rows),
        new OfflinePage([Rows[0] with { References = References }, .. Rows]),
        new OfflinePushed(17, 99, 1234),
        new Received(17, Direct, 42),
        new ReceivedUpTo(17, Direct, 9_000_000_000, IsKnown: true, "\"r-1\""u8.ToArray()),
        new ReceivedUpTo(17, Group, 42, IsKnown: false, default),
        new MarkRefused(17, Group, 9_000_000_000, ErrorCode.Malformed, 41, "7"u8.ToArray()),
        new ReceivedQueued(17, 1234),
        new SentUpTo(17, [new SentMark(Direct, 42), new SentMark(Group, 9_000_000_000)]),
        new MarkStored(17, Direct, 42, 40),
        new ReadUpTo(17, Direct, 42),
        new CheckLogin(17),
        new LoginChecked(true),
        new LoginSucceeded(17),
        new EndSessions(17, 2),
        new SessionsEnded(17),
        new EndSession(17, 2),
        new BanSessions(17, 2),
        new BanSession(17, 2),
        new EndDevice(17, 9_000_000_000),
        new EndDeviceSession(17, 9_000_000_000),
        new CheckPresence(17),
        StopUser.Instance,
        new Bundle(new byte[] { 1, 2, 3 }),
        new GetSettings(17),
        new ChangeSettings(17, 99, new() { Presence = PresencePrivacy.Nobody, Mute = Direct, Unmute = Group, Pin = Group, Unpin = Direct }),
        new ChangeSettings(17, -99, new() { Presence = PresencePrivacy.Everyone, Pin = Group }),
        new ChangeSettings(17, 99, new() { Unmute = Group }),
        new ChangeSettings(17, 99, new() { HidesReceipts = true }),
        new SettingsAnswer(ErrorCode.None, "", new UserSettings(PresencePrivacy.Nobody, [Group, Direct], [Direct])),
        new SettingsAnswer(ErrorCode.NotYours, "you take no part in d:1:2", null),
        new UserSettingsChanged(new UserSettings(PresencePrivacy.Everyone, [], [Group])),
        new UserSettingsChanged(new UserSettings(PresencePrivacy.Everyone, [], []) { HidesReceipts = true }),
        new Import(Group, 17, 3, 99, 7, new byte[] { 1, 2, 3 }, "{}"u8.ToArray()),
        new Imported(Direct, 17, 0, 7, null),
        new Imported(Direct, 17, 99, 8, "there is no user 3"),
        new HoldChannel(17, Opens: false),
        new HoldPausedChannel(17),
        new OpenChannel(17, [-1, long.MaxValue]),
        new LeaveChannel(17),
        new ChannelHeld(17, 99),
        new ChannelLeft(17, 99, [5]),
        new CheckChannel(17, 99),
        new QueueGrown(17, 1_000_000),
        new AskListening(17),
        new ListeningAnswer(true),
        new WebhookHint([Direct, Group]),
        new ReplayWebhook(7),
        new ReplayBegun(true),
        new GetWebhookAttempts(7),
        new WebhookAttempts([new("m:d:3:17:42", 1795410443660, 2, false, "status 500", 31), new("e:9", 1795410443000, 1, true, "status 204", 4)]),
        new ChangeMessage(Group, 17, 41, ChangeKind.React, "👍"),
        new ChangeMessage(Group, 17, 41, ChangeKind.Edit, "new") { Mentions = "{}"u8.ToArray() },
        new MessageChangeAnswer(ErrorCode.TooLate, "too late", 0, 0),
        new MessageChangeAnswer(ErrorCode.None, "", 12, 1795410443660),
        new Notice([17, 18], new byte[] { 1, 2, 3 }),
        new Notice([17], new byte[] { 1 }, Except: 99),
        new PresenceNews(99, 7, [new UserStanding(17, Standing.Online), new UserStanding(18, Standing.Hidden)]),
        AskPresence.Instance,
        new PresencePart(99, 7, 1, 2, [new UserStanding(17, Standing.Away)]),
        new PrivacyChanged(17, Hides: true),
        new VisibilityChanged(17, 18),
        new TypingNews(Group, 17, IsOn: true, [17, 18]),
        new GroupReads([new GroupReader(Group, 17, 42), new GroupReader(Group, 18, 41)]),
        AskFigures.Instance,
        new FiguresTold("""{"ready":true}"""),
    ];
}
