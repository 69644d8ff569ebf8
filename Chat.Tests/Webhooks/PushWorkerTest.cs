using System.Text;
using Chat.Node.Contracts;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>A worker on a database of its own, with a sender in the process; user 2 is the one who may be woken.</summary>
public abstract class PushWorkerTest : StorageTest
{
    /// <summary>A group with more members is a big one.</summary>
    private protected const int FewMembers = 3;

    private protected static readonly ConversationId Id = ConversationId.Direct(1, 2);
    private protected static readonly WebhookEndpoint[] Wanted = [new(1, "http://example.com", [], ["push.required"], IsBatch: false, null, 0, 0)];

    private protected readonly Sender _sender = new();
    private protected readonly WebhookInterest _interest = new() { HasPushSenders = true };
    private protected readonly WebhookOutbox _outbox;
    private protected readonly PushStore _pushes;
    private protected readonly DeliveryMarks _marks;
    private protected readonly Presence _presence;
    private protected readonly MessageLogStore _log;
    private protected readonly WakeLevels _levels;
    private protected readonly PushWorker _worker;

    protected PushWorkerTest()
        : base(StorageProvider.Sqlite)
    {
        _outbox = new WebhookOutbox(Database.Chat, Database.Clock, _interest);
        _pushes = new PushStore(Database.Chat, _outbox);
        _marks = new DeliveryMarks(Database.Chat, Database.Clock, NullLogger<DeliveryMarks>.Instance, _interest, _pushes);
        _presence = new Presence(Database.Chat);
        _log = new MessageLogStore(Database.Chat, Database.Node);
        _levels = new WakeLevels(Database.Chat, FewMembers);
        _worker = WorkerOn(Database.Chat);
    }

    private protected Task<bool> RunLaterAsync()
    {
        Database.Clock.Now += TimeSpan.FromSeconds(4);
        return RunAsync();
    }

    private protected Task<bool> RunAsync() => _worker.RunAsync(Wanted);

    private protected PushWorker WorkerOn(IChatDatabase database, int mentionsOnlyAbove = FewMembers)
    {
        var pushes = new PushStore(database, _outbox);
        var marks = new DeliveryMarks(database, Database.Clock, NullLogger<DeliveryMarks>.Instance, _interest, pushes);
        return new PushWorker(
            pushes, marks, new Presence(database), new MessageLogStore(database, Database.Node), new PushWishes(new WakeLevels(database, mentionsOnlyAbove), new MentionStore(database)),
            new DeviceStore(database, Database.Clock), [_sender], new PushSettings(HasPreview: false), Database.Clock, NullLogger<PushWorker>.Instance);
    }

    private protected Task<IReadOnlyList<WebhookEvent>> EventsAsync() => _outbox.ReadAfterAsync(0, 10);

    /// <summary>A message that finds user 2 without a session.</summary>
    private protected async Task QueueAsync(long seq, int sender = 1, MessageReferences? mentions = null)
    {
        if (seq == 1)
        {
            foreach (var name in (string[])["alice", "bob"])
                await new Accounts(Database.Chat).RegisterAsync(name, "");
        }

        await QueueAsync(Id, seq, sender, user: 2, mentions);
    }

    private protected async Task QueueAsync(ConversationId id, long seq, int sender, int user, MessageReferences? mentions = null)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"id":{{sender}},"msg":"hi","msgid":6,"toid":{{user}}}""");
        var written = await _log.AppendAsync([new LogRow(id, seq, sender, $"c{seq}", seq, body) { References = (mentions ?? MessageReferences.None).ToBytes() }]);
        Assert.Equal(AppendStatus.Written, written[0].Status);
        await new OfflineStore(Database.Chat, Database.Clock, NullLogger<OfflineStore>.Instance, interest: _interest)
            .InsertAsync([new OfflineRow(user, id, seq, $"c{seq}", seq, body)]);
    }

    private protected sealed class Sender : IPushSender
    {
        public bool Fails { get; set; }

        public List<PushRequired> Seen { get; } = [];

        public Task SendAsync(PushRequired push, CancellationToken cancelled)
        {
            Seen.Add(push);
            return Fails ? Task.FromException(new IOException("away")) : Task.CompletedTask;
        }
    }
}
