using System.Net;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Tests.Storage;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>Events that are not in the log, on their way to a product's own server, which is a real one; the clock stands still.</summary>
public sealed class OutboxWorkerTests : StorageTest, IAsyncLifetime
{
    readonly UnreliableDatabase _database;
    readonly OutboxRuns _runs;
    WebhookReceiver _receiver = null!;

    public OutboxWorkerTests()
        : base(StorageProvider.Sqlite) => _runs = new OutboxRuns(_database = new UnreliableDatabase(Database.Chat), Database.Clock);

    public async Task InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    public override void Dispose()
    {
        _runs.Dispose();
        base.Dispose();
    }

    [Fact]
    public async Task Nobody_waits_for_a_missing_number_and_what_turns_up_late_comes_then()
    {
        await _runs.AddAsync(_receiver);
        await InsertAsync(2, 5, 8);
        await _runs.RunAsync();
        Assert.Equal(["e:2", "e:5", "e:8"], Ids());
        await InsertAsync(4, 11); // 4 was in a transaction that took longer
        await _runs.RunAsync();
        await _runs.RunAsync();
        Assert.Equal(["e:2", "e:5", "e:8", "e:4", "e:11"], Ids());
    }

    [Fact]
    public async Task What_was_brought_behind_a_missing_number_is_stored_as_soon_as_that_can_turn_up_no_more()
    {
        await _runs.AddAsync(_receiver);
        await InsertAsync(2, 5);
        await _runs.RunAsync();
        Assert.Equal(0, await OutboxToAsync());
        Database.Clock.Now += TimeSpan.FromSeconds(31);
        await _runs.RunAsync();
        Assert.Equal(5, await OutboxToAsync());
        _runs.Restart();
        await _runs.RunAsync();
        Assert.Equal(["e:2", "e:5"], Ids());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_missing_number_is_waited_for_as_long_whatever_the_clock_says_of_whoever_wrote_what_is_behind_it(int hours)
    {
        await _runs.AddAsync(_receiver);
        await InsertAsync(2);
        await Database.ExecuteAsync("UPDATE WebhookEvent SET created = created + @by", new { by = hours * 3_600_000L });
        await _runs.RunAsync();
        Assert.Equal(0, await OutboxToAsync());
        Database.Clock.Now += TimeSpan.FromSeconds(31);
        await _runs.RunAsync();
        Assert.Equal(2, await OutboxToAsync());
    }

    [Fact]
    public async Task A_batch_that_was_not_taken_comes_again_as_it_was_whatever_has_come_since()
    {
        _receiver.Answer = count => count == 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
        await _runs.AddAsync(_receiver, isBatch: true);
        await InsertAsync(1, 2, 5);
        await _runs.RunAsync();
        await InsertAsync(4, 6);
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        await _runs.RunAsync();
        Assert.Equal(["e:1-5:3", "e:1-5:3", "e:4-6:2"], Ids());
        Assert.Equal(_receiver.Events.First().Body, _receiver.Events.ElementAt(1).Body);
    }

    [Fact]
    public async Task Batches_with_other_events_between_the_same_two_have_other_ids()
    {
        await _runs.AddAsync(_receiver, isBatch: true);
        await InsertAsync(2, 5);
        await _runs.RunAsync();
        await InsertAsync(3);
        _runs.Restart();
        await _runs.RunAsync();
        Assert.Equal(["e:2-5:2", "e:2-5:3"], Ids());
    }

    /// <summary>Nodes of two versions share the tables during an upgrade: another one has written the row, and has let the endpoint choose it.</summary>
    [Fact]
    public async Task A_type_that_only_a_later_version_knows_is_brought_to_who_names_it_and_to_who_names_none()
    {
        await _runs.AddAsync(_receiver, types: ["user.created", "group.renumbered"]);
        await _runs.AddAsync(_receiver);
        await _runs.AddAsync(_receiver, types: ["user.created"]);
        await _runs.Outbox.AddAsync("group.renumbered", """{"group":5}""");
        await _runs.RunAsync();
        Assert.Equal(["group.renumbered", "group.renumbered"], _receiver.Events.Select(each => each.Json.GetProperty("type").GetString()));
        Assert.All(await _runs.Endpoints.AllAsync(), endpoint => Assert.Null(endpoint.Trouble));
        var interest = new WebhookInterest();
        interest.OnRead(await _runs.Endpoints.AllAsync());
        Assert.False(interest.Wants("group.renumbered")); // this version writes none
        Assert.True(interest.Wants(WebhookTypes.UserCreated));
    }

    [Fact]
    public async Task What_fails_for_a_day_is_given_up_and_a_gap_is_told_of_once()
    {
        _receiver.Answer = _ => HttpStatusCode.InternalServerError;
        var endpoint = (await _runs.AddAsync(_receiver))!;
        await InsertAsync(1, 2);
        await _runs.RunAsync();
        Database.Clock.Now += TimeSpan.FromHours(2);
        await InsertAsync(3);
        Database.Clock.Now += TimeSpan.FromHours(22) - TimeSpan.FromMilliseconds(1);
        Assert.Null(Assert.Single(await _runs.RunAsync()).GivenUpTo);
        Database.Clock.Now += TimeSpan.FromMinutes(5);
        Assert.Equal(2, Assert.Single(await _runs.RunAsync()).GivenUpTo);
        Assert.Equal(2, await OutboxToAsync());
        var gap = (await _runs.Outbox.ReadAfterAsync(3, 10)).Single();
        Assert.Equal(("webhook.gap", $$"""{"endpoint":{{endpoint.Id}},"fromEvent":1,"toEvent":2}"""), (gap.Type, gap.Data));

        _receiver.Answer = _ => HttpStatusCode.OK;
        _receiver.Events.Clear();
        Database.Clock.Now += TimeSpan.FromMinutes(5);
        await _runs.RunAsync();
        Assert.Equal(["e:3", $"e:{gap.Id}"], Ids());
        Assert.Null((await _runs.Endpoints.AllAsync()).Single().Trouble);
    }

    [Fact]
    public async Task What_nobody_has_tried_to_bring_is_not_given_up_however_old_it_is()
    {
        await _runs.AddAsync(_receiver);
        await InsertAsync(1);
        Database.Clock.Now += TimeSpan.FromDays(3);
        await _runs.RunAsync();
        Assert.Equal(["e:1"], Ids());
    }

    [Fact]
    public async Task What_it_does_not_take_is_stored_with_the_attempts_and_a_new_dispatcher_goes_on_from_there()
    {
        _receiver.Answer = _ => HttpStatusCode.BadGateway;
        await _runs.AddAsync(_receiver);
        await InsertAsync(1);
        await _runs.RunAsync();
        var since = Database.Clock.Milliseconds;
        _runs.Restart();
        Assert.Empty(await _runs.RunAsync()); // it is not due
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        await _runs.RunAsync();
        Assert.Equal(new OutboxTrouble(2, since, Database.Clock.Milliseconds + 1000), (await _runs.Endpoints.AllAsync()).Single().Trouble);
    }

    [Fact]
    public async Task What_every_endpoint_has_goes_to_the_end_however_much_it_is()
    {
        await InsertAsync([.. Enumerable.Range(1, (2 * WebhookOutbox.AtOnce) + 1)]);
        await _runs.PurgeAsync((2 * WebhookOutbox.AtOnce) + 1);
        Assert.Equal(1, await Database.ScalarAsync<long>("SELECT COUNT(*) FROM WebhookEvent"));
    }

    [Fact]
    public async Task What_was_taken_comes_no_more_though_that_could_not_be_stored()
    {
        await _runs.AddAsync(_receiver);
        await InsertAsync(1, 2);
        _database.Failure = new StorageException("away");
        Assert.True(Assert.Single(await _runs.RunAsync()).IsUnknown);
        Assert.Equal(["e:1", "e:2"], Ids());
        Assert.Equal(0, await OutboxToAsync());
        _database.Failure = null;
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        await _runs.RunAsync();
        Assert.Equal(["e:1", "e:2"], Ids());
        Assert.Equal(2, await OutboxToAsync());
    }

    [Fact]
    public async Task A_slow_endpoint_is_looked_at_again_after_2_s_and_how_far_it_came_is_stored()
    {
        _receiver.Answer = _ =>
        {
            Database.Clock.Now += TimeSpan.FromSeconds(1);
            return HttpStatusCode.OK;
        };
        var endpoint = (await _runs.AddAsync(_receiver))!;
        await InsertAsync(1, 2, 3, 4);
        Assert.True(Assert.Single(await _runs.RunAsync()).HasMore);
        Assert.Equal(["e:1", "e:2"], Ids());
        Assert.Equal(2, await OutboxToAsync());
        Assert.True(await _runs.Endpoints.DisableAsync(endpoint.Id, "off"));
        Assert.Empty(await _runs.RunAsync());
    }

    [Fact]
    public async Task A_batch_that_is_too_large_for_its_receiver_goes_in_halves_and_a_half_that_fails_comes_again_as_it_was()
    {
        _receiver.Answer = count => count switch { 0 => HttpStatusCode.RequestEntityTooLarge, 2 => HttpStatusCode.BadGateway, _ => HttpStatusCode.OK };
        await _runs.AddAsync(_receiver, isBatch: true);
        await InsertAsync(1, 2, 3, 4);
        await _runs.RunAsync();
        await InsertAsync(5);
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        await _runs.RunAsync();
        Assert.Equal(["e:1-4", "e:1-2", "e:3-4", "e:3-4", "e:5"], Ids());
    }

    [Fact]
    public async Task An_event_that_is_too_large_alone_is_tried_again_and_holds_up_those_behind_it()
    {
        _receiver.Answer = _ => HttpStatusCode.RequestEntityTooLarge;
        await _runs.AddAsync(_receiver, isBatch: true);
        await InsertAsync(1, 2);
        Assert.Equal("status 413", Assert.Single(await _runs.RunAsync()).Failure);
        Assert.Equal(["e:1-2", "e:1"], Ids());
    }

    [Fact]
    public async Task Large_events_share_no_request()
    {
        await _runs.AddAsync(_receiver, isBatch: true);
        foreach (var _ in (int[])[1, 2, 3])
            await _runs.Outbox.AddAsync("group.created", $"\"{new string('x', (WebhookBody.MaxBatchBytes / 2) - 100)}\"");
        await _runs.RunAsync();
        Assert.Equal(["e:1-2", "e:3"], Ids());
    }

    [Fact]
    public async Task What_is_behind_a_page_is_brought_at_once_and_what_turns_up_before_it_with_the_next_tick()
    {
        await _runs.AddAsync(_receiver, isBatch: true);
        await InsertAsync([.. Enumerable.Range(1, 150).Select(id => 2 * id)]);
        Assert.True(Assert.Single(await _runs.RunAsync()).HasMore);
        await InsertAsync(3);
        var rest = (await _runs.GoOnAsync())!;
        Assert.Equal((50, 0L, 300L), (rest.Taken.Count, rest.UpTo, rest.ReadTo));
        Assert.Equal(3, Assert.Single(Assert.Single(await _runs.RunAsync()).Taken));
        Assert.Equal(["e:2-200:100", "e:202-300:50", "e:3"], Ids());
    }

    async Task InsertAsync(params int[] ids)
    {
        foreach (var id in ids)
        {
            await Database.Chat.WriteAsync((connection, transaction) => connection.ExecuteAsync(
                "INSERT INTO WebhookEvent (id, type, data, created) VALUES (@id, 'user.created', '{}', @now)", new { id, now = Database.Clock.Milliseconds }, transaction));
        }
    }

    List<string> Ids() => [.. _receiver.Events.Select(each => each.Id)];

    async Task<long> OutboxToAsync() => (await _runs.Endpoints.AllAsync()).Single().OutboxTo;
}
