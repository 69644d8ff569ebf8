using Akka.TestKit;
using Chat.Node.Auth;
using Chat.Node.Contracts;
using Chat.Node.Files;
using Chat.Node.Gateway;
using Chat.Node.Links;
using Chat.Node.People;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Tests.Actors;

/// <summary>Sessions between probes that stand for users and conversations.</summary>
public abstract class SessionTest : ActorTest
{
    const int MaxFrameBytes = 65536;

    protected SessionTest(string? config = null)
        : base(config) =>
        (Users, Conversations, Hub) = (NewProbe(), NewProbe(), NewProbe());

    protected TestProbe Users { get; }

    protected TestProbe Conversations { get; }

    /// <summary>Of presence.</summary>
    protected TestProbe Hub { get; }

    /// <summary>Whose tokens are good.</summary>
    private protected TokenVerifier Verifier { get; init; } = new([], TimeProvider.System);

    private protected PasswordWorker Passwords { get; } = new(1000, 1);

    /// <summary>Asked about messages before they are sent.</summary>
    private protected IBeforeHook? Hook { get; set; }

    /// <summary>As good as never, so that what a test awaits is not mixed with repetitions.</summary>
    private protected BackOff BackOff { get; set; } = new(TimeSpan.FromMinutes(1));

    UploadDesk UploadDesk
    {
        get
        {
            var (store, settings) = (new FileStore(Database, Clock), new FileSettings { IsOn = false });
            return new UploadDesk(store, new FileFolder(settings, store), new FileLinks(store, Clock), settings, Clock, NullLogger<UploadDesk>.Instance);
        }
    }

    private protected GatewayServices Services(AckCoalescer? round = null)
    {
        var lists = new ContactLists(Database);
        var devices = new DeviceStore(Database, Clock);
        var logins = new AccountService(
            Accounts, new LoginTokens(Database), new TokenLogins(Verifier, new ExternalIdentities(Database, Accounts), Accounts, Clock, NullLogger<TokenLogins>.Instance), new DeviceLogins(devices, new ChatLimits()), lists, MaxFrameBytes,
            new Registrar(Accounts, Passwords), Passwords, new Strangers(new FileStore(Database, Clock)), NoBridge.Instance, Clock, NullLogger<AccountService>.Instance, Region(Users.Ref));
        var views = new ConversationViews(Database, Clock);
        var (references, threads) = (new ReferenceChecks(new ReferenceStore(Database), LogStore, new FileStore(Database, Clock)), new ThreadStore(Database));
        var changes = new ChangeRequests(Changes, references, threads, views, ContactStore, Region(Conversations.Ref), new MessageLimits(16384, MaxFrameBytes), Hook, Clock);
        var store = new GroupStore(Database, writesForLegacy: false, new LegacyTexts(Database));
        var requests = new UserRequests(
            ContactStore, new GroupRequests(GroupsOf(store), store, lists, Clock, MaxFrameBytes), new ListRequests(ContactStore, lists, LogStore, MaxFrameBytes),
            changes, new HistoryRequests(ContactStore, changes, LogStore, threads, views, new NodeTimes(), MaxFrameBytes, Clock), new MarkRequests(new MarkQueue(Marks, Materializer), new ReceiptStore(Database), ContactStore, views, Region(Users.Ref), new Lazy<NoticeBoard>(() => NoticeBoard.Of(Sys)), MaxFrameBytes, Clock),
            new ConversationRequests(LogStore, new ConversationListStore(Database), new MentionStore(Database), views, ContactStore, Region(Users.Ref), new Lazy<NoticeBoard>(() => NoticeBoard.Of(Sys)), MaxFrameBytes),
            new PeopleRequests(new UserDirectory(Database, new LegacyTexts(Database)), Accounts, new UserProfiles(Database), DirectoryAccess.Open, MaxFrameBytes),
            new ContactRequests(new ContactBook(Database), Accounts, Region(Conversations.Ref), new Lazy<NoticeBoard>(() => NoticeBoard.Of(Sys)), new Lazy<PresenceRoad>(() => PresenceRoad.Of(Sys)), MaxFrameBytes, Clock), new SearchRequests(null, null, ContactStore, MaxFrameBytes),
            new SettingsRequests(new NotifyStore(Database), ContactStore, Region(Users.Ref), new Lazy<NoticeBoard>(() => NoticeBoard.Of(Sys)), true, MaxFrameBytes),
            new DeviceRequests(devices, new SessionRevocation(new Revocations(Database, Clock), devices, Region(Users.Ref), NullLogger<SessionRevocation>.Instance), MaxFrameBytes),
            new ReportRequests(new ReportStore(Database, Clock, new WebhookOutbox(Database, Clock)), ContactStore, LogStore, Changes, views), UploadDesk, true,
            NullLogger<UserRequests>.Instance);
        return new GatewayServices(
            new ChatLimits(), Node, true, Clock, CrashPoints, logins, requests, new WatchRequests(ContactStore, new ContactBook(Database), Clock, NullLogger<WatchRequests>.Instance, Region(Hub.Ref)), new AddressLimiter(0, Clock), NullLogger.Instance,
            Region(Users.Ref), Region(Conversations.Ref))
        {
            Acknowledgements = round ?? new AckCoalescer(),
            Hook = Hook,
            BackOff = BackOff,
            References = references,
            Devices = new DeviceSightings(devices, Clock, NullLogger<DeviceSightings>.Instance),
        };
    }

    Groups GroupsOf(GroupStore store) => new(
        ContactStore, store, new MemberStore(Database, Clock), new GroupNews(new Lazy<NoticeBoard>(() => NoticeBoard.Of(Sys)), new Lazy<PresenceRoad>(() => PresenceRoad.Of(Sys))), () => new ChatLimits().GroupMembers, Region(Conversations.Ref), Clock);
}
