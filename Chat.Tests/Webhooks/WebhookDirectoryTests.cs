using Akka.Actor;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Tests.Actors;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class WebhookDirectoryTests() : StorageTest(StorageProvider.Sqlite)
{
    [Fact]
    public async Task Until_the_endpoints_are_known_messages_are_for_them()
    {
        var database = new FaultyDatabase(Database.Chat) { Reads = StatementFault.Refused };
        using var directory = new WebhookDirectory(
            new WebhookStore(database, Database.Clock), new WebhookInterest(), new Lazy<IActorRef>(ActorRefs.Nobody), TimeProvider.System, NullLogger<WebhookDirectory>.Instance);
        await directory.LookAsync();
        Assert.True(directory.AreOn);
        database.Reads = StatementFault.None;
        await directory.LookAsync();
        Assert.False(directory.AreOn);
    }

    [Fact]
    public async Task An_endpoint_that_is_off_still_counts_until_it_is_forgotten()
    {
        var store = new WebhookStore(Database.Chat, Database.Clock);
        var interest = new WebhookInterest();
        using var directory = new WebhookDirectory(store, interest, new Lazy<IActorRef>(ActorRefs.Nobody), TimeProvider.System, NullLogger<WebhookDirectory>.Instance);
        var endpoint = (await store.AddAsync("http://example.com", [new byte[32]], ["message.created", "user.created"], isBatch: false))!;
        await store.DisableAsync(endpoint.Id, "gone");
        await directory.LookAsync();
        Assert.Equal((true, true), (directory.AreOn, interest.Wants(WebhookTypes.UserCreated)));
        await store.ForgetAsync(endpoint.Id, Database.Clock.Milliseconds);
        await directory.LookAsync();
        Assert.Equal((false, false), (directory.AreOn, interest.Wants(WebhookTypes.UserCreated)));
    }
}
