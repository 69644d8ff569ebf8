using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Telemetry;

/// <summary>Every bounded queue of docs/limits.md that a node has once is in <c>chat.queue.depth</c>, with the bound that stands there. A new row has to be put somewhere.</summary>
public sealed partial class QueueLimitsTests
{
    /// <summary>Each connection, user, conversation, request, file or endpoint has one of its own.</summary>
    static readonly string[] OfOne =
    [
        "SessionConnection.Credits", "RequestQueue.MaxRefusals", "Outbox.MaxBytesQueued", "PushLedger.MaxUnreported", "MessageEndpoints.MaxBatch", "IdList.Max", "PostSender.Window", "MessageChecks.MaxUnderWay",
        "HeldMessages.MaxHeld", "FanOut.MaxUnconfirmed", "FanOut.ResendWindow", "ChangeDesk.MaxWaiting", "MessageReferences.MaxMentions", "FetchHistoryRequest.MaxSeqs", "UserSettings.MaxNotify",
        "UserSettings.MaxNotifyAtOnce", "ChangeRules.MaxReactions", "WatchRequest.MaxUsers", "WatchRequest.MaxConversations", "GroupReadTable.MaxReaders", "TypingTable.MaxShown",
        "GetUsersRequest.MaxIds", "PeopleRequests.MaxFound", "SearchPace.PerSecond", "ChangeContactRequest.MaxNoteCharacters", "ProfileRule.MaxAboutCharacters", "ProfileRule.MaxAvatarBytes",
        "TypingPace.MaxConversations", "WatchRequests.MaxMembers", "DeviceRule.MaxIdCharacters", "DeviceRule.MaxNameCharacters", "DeviceRule.MaxWordCharacters", "DeviceRule.MaxTokenBytes",
        "MessageReferences.MaxAttachments", "FileUploads.MaxOfUser", "FileEndpoint.MaxDownloadsOfUser", "S3Bucket.SlowestBytesPerSecond", "FileUploads.SlowestBytesPerSecond", "UserExport.AtOnce",
        "ReportStore.MaxAtOnce", "ReportRequest.MaxReasonCharacters", "AskPace.PerMinute", "ChangeMembersRequest.MaxIds", "MemberStore.MaxAttempts", "SearchWords.MaxTokens", "SearchFinder.MaxLooked",
        "SearchFinder.MaxGroups", "SearchRequests.MaxTerms", "Deliveries.MaxPending", "Deliveries.MaxHeld", "DispatchPlan.MaxRunning", "ReceiptPushes.MaxConversations", "MarkBook.MaxClaims",
        "OfflineDeletes.MaxFailed", "SettingsDesk.MaxOpen", "PeerReports.Max", "WaitingLogins.Max", "HeldChannel.MaxWaiting", "HeldChannel.MaxSpilling", "OpenImports.MaxOpen", "HookAnswer.MaxReason",
        "FanOutSpans.MaxReceivers", "SystemOutbox.MaxUsers", "RecentWarnings.MaxText", "QuestionPlaces.SilentStay", "QuestionPlaces.UnreadStay", "UnreadCount.Max", "MySqlRows.MaxPrepared",
        "LogLimiter.LinesOfKind", "LogLimiter.LinesOfPeer", "LogLimiter.Refill", "OutboxBudget.Step", "MessageLog.LoginsWaitAbove", "SearchParking.FirstPauseMilliseconds",
        "SearchParking.LongestPauseMilliseconds", "AuditStore.MaxKeyName", "AuditStore.MaxOperation", "AuditStore.MaxSubject", "AuditStore.MaxDetail", "OutboxWorker.MaxAhead",
        "WebhookSender.MaxConnections", "KeptStatements.MaxParameters",
    ];

    /// <summary>What goes together in one step. The rest waits in a queue that is measured, in the database, or for the node itself.</summary>
    static readonly string[] Steps =
    [
        "Outbox.MaxBytesPerFlush", "MessageLogStore.RowsAtOnce", "HistoryRequests.RowsAtOnce", "MessageLog.BatchSize", "SystemDesk.RoundSize", "ChangeDesk.RoundSize", "WatcherDesk.MaxAtOnce",
        "NewsLog.MaxUsers", "PresenceHub.MaxRead", "VeilDesk.MaxRead", "DeviceSightings.AtOnce", "RetentionStore.AtOnce", "RetentionStore.UsersAtOnce", "ErasedMessages.PageSize",
        "ErasedMessages.ConversationsAtOnce", "PersonEraser.RowsAtOnce", "ErasedPerson.AtOnce", "AuditPurge.AtOnce", "RetentionWalks.PageSize", "FileSweeper.AtOnce", "SearchStore.RowsAtOnce",
        "SearchWalks.PageSize", "OfflineBacklog.RoundSize", "OfflineQueue.BatchSize", "OfflinePages.MaxRows", "PushWorker.PageRows", "UnreadCount.AtOnce", "MarkQueue.BatchSize",
        "ConversationLoader.BatchSize", "UserLoader.BatchSize", "CursorQueue.BatchSize", "SqliteWorker.LargestTransaction", "NodeSweeper.MaxAwake", "WebhookOutbox.AtOnce", "OutboxWorker.Rest",
        "WebhookLeftovers.AtOnce", "OffWorker.AtOnce", "MarkHints.AtOnce", "WebhookStart.AtOnce",
    ];

    /// <summary>With one more something is forgotten, and asked for again.</summary>
    static readonly string[] Remembered =
    [
        "RecentVerdicts.Max", "RecentVerdicts.MaxBytes", "RecentWarnings.Max", "ConversationState.RememberedWithHistory", "ConversationState.RememberedWithout", "VeilDesk.MaxRecent",
        "PresenceBook.MaxSeen", "AskPace.MaxUsers", "TypingTable.MaxLeft", "WatchRequests.MaxGroups", "RecentAttempts.Kept", "RecentAttempts.MaxEndpoints", "MarkedConversations.Max",
        "BroughtMessages.MaxRanges", "AddressLimiter.MaxAddresses", "BridgedMessages.MaxRemembered", "RefusedRequests.MaxKinds", "Membership.MaxRefused", "KeptStatements.Max", "MarkHints.Max",
    ];

    /// <summary>Rows of the database, counted there.</summary>
    static readonly string[] Stored = ["ApiKeyStore.Max", "ContactBook.Max", "FileStore.MaxOpen", "FileStore.MaxPerUser", "GroupRules.MaxAsked", "WebhookStore.Max"];

    /// <summary>Its library does not say how much waits.</summary>
    static readonly string[] Unreadable = ["LoggingHosting.WaitingLines"];

    /// <summary>Rows without a constant: how they begin, and which queue they are, or why they are none.</summary>
    static readonly (string Row, string Queue)[] Plain =
    [
        ("bytes read from a socket and not parsed", "of a connection"), ("the same of a WebSocket", "of a connection"), ("requests with one key of the API", "of a key"), ("members of a group", "rows"),
        ("devices of a user", "rows"), ("events on their way into the journal", "of a library"), ("connections of a node", "`connections`"),
        ("connections to the cluster's port that have said nothing", "`cluster_connections`"), ("sessions of a user", "of a user"), ("mailboxes of actors", "bounded by their senders"),
    ];

    [Fact]
    public void Every_limit_is_that_of_a_queue_that_is_measured_or_it_is_known_why_not()
    {
        var measured = MeasuredBounds().ToHashSet();
        string[] excused = [.. OfOne, .. Steps, .. Remembered, .. Stored, .. Unreadable];
        var listed = Rows().SelectMany(row => Constant().Matches(row)).Select(match => match.Groups["name"].Value).ToList();
        Assert.InRange(listed.Count, 100, 1000);
        Assert.Equal([], listed.Where(name => !measured.Contains(name) && !excused.Contains(name)));
        Assert.Equal([], measured.Where(name => !listed.Contains(name)));
        Assert.Equal([], excused.Where(name => measured.Contains(name) || !listed.Contains(name))); // nobody needs the excuse any more
    }

    [Fact]
    public void Every_limit_without_a_constant_is_known_too()
    {
        var (plain, metrics) = (Rows().Where(row => !Constant().IsMatch(row)).ToList(), Repository.Read("docs/METRICS.md"));
        Assert.Equal([], plain.Where(row => !Plain.Any(known => row.StartsWith(known.Row, StringComparison.Ordinal))));
        Assert.Equal([], Plain.Where(known => !plain.Exists(row => row.StartsWith(known.Row, StringComparison.Ordinal))));
        Assert.Equal([], Plain.Where(known => known.Queue.StartsWith('`') && !metrics.Contains($"| {known.Queue} |", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_bound_of_a_queue_is_the_constant_that_the_documents_name()
    {
        var code = Repository.Sources("Chat.Node").SelectMany(file => Added().Matches(Repository.Read(file)))
            .Select(match => (Queue: match.Groups["queue"].Value, Bound: match.Groups["bound"].Value)).ToList();
        Assert.InRange(code.Count, 20, 100);
        var documented = MeasuredRows().SelectMany(row => Word().Matches(row.Queues).Select(queue => (Queue: queue.Groups["word"].Value, row.Bound))).ToLookup(row => row.Queue, row => row.Bound);
        Assert.Equal([], code.Where(queue => !documented[queue.Queue].Any(bound => bound.Contains(queue.Bound[(queue.Bound.LastIndexOf('.') + 1)..], StringComparison.Ordinal))));
    }

    static IEnumerable<string> MeasuredBounds() => MeasuredRows().SelectMany(row => Constant().Matches(row.Bound)).Select(match => match.Groups["name"].Value);

    static IEnumerable<(string Queues, string Bound)> MeasuredRows()
    {
        var document = Repository.Read("docs/METRICS.md");
        var table = document[document.IndexOf("## Queues", StringComparison.Ordinal)..document.IndexOf("## Alerts", StringComparison.Ordinal)];
        return QueueRow().Matches(table).Select(row => (row.Groups["queues"].Value, row.Groups["bound"].Value));
    }

    /// <summary>The first cells of the table of queues.</summary>
    static IEnumerable<string> Rows()
    {
        var document = Repository.Read("docs/limits.md");
        var table = document[document.IndexOf("## Queues", StringComparison.Ordinal)..document.IndexOf("## Time-outs", StringComparison.Ordinal)];
        return LimitRow().Matches(table).Select(row => row.Groups["what"].Value).Where(what => what != "queue");
    }

    [GeneratedRegex(@"^\| (?<what>[^|]+) \|[^|]+\|[^|]+\|$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex LimitRow();

    [GeneratedRegex(@"^\| (?<queues>`[^|]+) \|[^|]+\| (?<bound>[^|]+) \|$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex QueueRow();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+\.[A-Z]\w+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Constant();

    [GeneratedRegex("`(?<word>[a-z_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Word();

    [GeneratedRegex("""[qQ]ueues\.Add\("(?<queue>[a-z_]+)", (?<bound>[A-Z][\w.]+),""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Added();
}
