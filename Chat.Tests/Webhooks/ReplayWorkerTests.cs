using System.Net;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>Dead letters on their way to a product's own server after all, which is a real one; the clock stands still.</summary>
public sealed class ReplayWorkerTests : StorageTest, IAsyncLifetime
{
    const int Messages = 250;
    static readonly ConversationId Pair = ConversationId.Direct(1, 2);

    readonly WebhookSender _sender;
    readonly WebhookStore _endpoints;
    readonly WebhookMarks _marks;
    readonly ReplayWorker _worker;
    WebhookReceiver _receiver = null!;
    long _id;

    public ReplayWorkerTests()
        : base(StorageProvider.Sqlite)
    {
        var outbox = new WebhookOutbox(Database.Chat, Database.Clock);
        _sender = new WebhookSender(allowPrivate: true, new RecentAttempts(), Database.Clock);
        _endpoints = new WebhookStore(Database.Chat, Database.Clock);
        _marks = new WebhookMarks(Database.Chat, outbox, Database.Clock);
        var messages = new WebhookWorker(new MessageLogStore(Database.Chat, Database.Node), new WebhookChanges(Database.Chat, outbox), _sender, Database.Clock);
        _worker = new ReplayWorker(_marks, messages, _endpoints);
    }

    public async Task InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _id = (await _endpoints.AddAsync(_receiver.Url.ToString(), [new byte[32]], [], isBatch: true))!.Id;
        await Database.ExecuteAsync("UPDATE WebhookEndpoint SET created = 0");
        await FilledLog.AppendAsync(Database.Chat, Pair, Messages);
        Assert.Equal(Messages, await _marks.BuryAsync(new WebhookCursor(_id, Pair, 0), "away"));
    }

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    public override void Dispose()
    {
        _sender.Dispose();
        base.Dispose();
    }

    [Fact]
    public async Task All_of_a_dead_letter_is_brought_and_it_is_gone_then()
    {
        Assert.Null(await _worker.RunAsync(_id));
        Assert.Equal(Enumerable.Range(1, Messages).Select(seq => (long)seq), _receiver.TakenSeqs);
        Assert.Empty(await _marks.DeadLettersAsync(_id, 10));
    }

    [Fact]
    public async Task An_endpoint_that_is_switched_off_meanwhile_is_sent_nothing_more_and_the_letter_stays()
    {
        _receiver.Answer = SwitchOff;
        Assert.Equal("it is off", await _worker.RunAsync(_id));
        Assert.Equal(100, _receiver.TakenSeqs.Count);
        Assert.Single(await _marks.DeadLettersAsync(_id, 10));
    }

    [Fact]
    public async Task A_batch_of_messages_that_is_too_large_for_its_receiver_goes_in_halves()
    {
        _receiver.Answer = count => count == 0 ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.OK;
        Assert.Null(await _worker.RunAsync(_id));
        Assert.Equal(Enumerable.Range(1, Messages).Select(seq => (long)seq), _receiver.TakenSeqs);
        Assert.Equal(["m:d:1:2:1-100", "m:d:1:2:1-50", "m:d:1:2:51-100", "m:d:1:2:101-200", "m:d:1:2:201-250"], _receiver.Events.Select(each => each.Id));
    }

    HttpStatusCode SwitchOff(int count)
    {
        _endpoints.DisableAsync(_id, $"off after {count}").GetAwaiter().GetResult();
        return HttpStatusCode.OK;
    }
}
