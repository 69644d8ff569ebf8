using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence;
using Chat.Checker.Processes;
using Chat.Node.Contracts;
using Chat.Node.Hosting;
using Chat.Node.Serialization;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Node.Users;
using Chat.Protocol;
using Chat.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The journal in a MariaDB, on the tables of <c>sql/mysql</c>.</summary>
public sealed class MariaDbJournalTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("MariaDB.10.MySqlConnector")]
    [InlineData("MySql.8.0.MySqlConnector")]
    public async Task Settings_are_stored_summed_up_and_read_again(string provider)
    {
        using var database = new TemporaryDatabase(StorageProvider.MySql);
        var journal = JournalDatabase.OnMySql(database.ConnectionString) with { ProviderName = provider };
        var presence = new Presence(database.Chat);
        await using (var settings = new SettingsHost(journal, presence))
        {
            for (var i = 1; i <= UserSettingsActor.EventsPerSnapshot + 20; i++)
                Assert.Equal(i, (await settings.ChangeAsync(new() { Mute = ConversationId.Group(i) })).Muted.Count);
            await settings.ChangeAsync(new() { Presence = PresencePrivacy.Nobody, Pin = ConversationId.Direct(2, 7) });
            await AwaitAsync(async () => await database.ScalarAsync<long>("SELECT COUNT(*) FROM EventSnapshot") == 1
                && await database.ScalarAsync<long>("SELECT COUNT(*) FROM EventJournal") is > 0 and <= 30);
        }

        Assert.Equal(1, await database.ScalarAsync<long>("SELECT hides_presence FROM UserPrivacy WHERE userid = 2"));
        await using var again = new SettingsHost(journal, presence);
        var read = await again.ChangeAsync(new() { Unmute = ConversationId.Group(1) });
        Assert.Equal((PresencePrivacy.Nobody, UserSettingsActor.EventsPerSnapshot + 19), (read.Presence, read.Muted.Count));
        Assert.Equal([ConversationId.Direct(2, 7)], read.Pinned);
    }

    [Fact]
    public async Task An_event_of_any_length_is_stored_whole_and_there_after_a_kill_of_the_server()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var connectionString = server.ConnectionString(await server.CreateDatabaseAsync());
        await using (var chat = new MySqlDatabase(connectionString, NullLogger<MySqlDatabase>.Instance))
            await chat.MigrateAsync();
        var stored = new byte[100_000];
        new Random(7).NextBytes(stored);
        using var system = SystemOf(JournalDatabase.OnMySql(connectionString));
        var blobs = system.ActorOf(Props.Create(() => new Blobs()));
        Assert.Equal(stored.Length, await blobs.Ask<int>(stored, Patience));
        await blobs.GracefulStop(Patience);

        await server.KillAsync();
        await server.StartAsync();

        await AwaitAsync(async () =>
        {
            // The pool's connections are those of the server that died: the first attempts may find that out.
            var next = system.ActorOf(Props.Create(() => new Blobs()));
            try
            {
                var read = await next.Ask<byte[]>("last", TimeSpan.FromSeconds(3));
                return stored.AsSpan().SequenceEqual(read);
            }
            catch (AskTimeoutException)
            {
                return false;
            }
        });
        await system.Terminate();
    }

    [Fact]
    public async Task While_the_server_is_away_requests_fail_in_time_and_afterwards_they_work()
    {
        await using var server = await MariaDbServer.StartNewAsync();
        var connectionString = server.ConnectionString(await server.CreateDatabaseAsync());
        await using var chat = new MySqlDatabase(connectionString, NullLogger<MySqlDatabase>.Instance);
        await chat.MigrateAsync();
        await using var settings = new SettingsHost(JournalDatabase.OnMySql(connectionString), new Presence(chat));
        await settings.ChangeAsync(new() { Mute = ConversationId.Group(1) });

        await server.FreezeAsync();
        Assert.False(await settings.TryAsync(new() { Mute = ConversationId.Group(2) }));
        Assert.False(await settings.TryAsync(new() { Mute = ConversationId.Group(2) }));
        await server.ThawAsync();
        Assert.Equal(2, (await settings.ChangeAsync(new() { Mute = ConversationId.Group(2) })).Muted.Count);

        await server.KillAsync();
        Assert.False(await settings.TryAsync(new() { Mute = ConversationId.Group(3) }));
        await server.StartAsync();
        Assert.Equal(3, (await settings.ChangeAsync(new() { Mute = ConversationId.Group(3) })).Muted.Count);
    }

    static ActorSystem SystemOf(JournalDatabase journal)
    {
        var connections = journal.OpenPool();
        var system = ActorSystem.Create(
            $"journal-{Guid.NewGuid():n}",
            ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(ConfigOf(journal)), PersistenceHosting.SetupOf(journal, connections)));
        system.RegisterOnTermination(connections.Dispose);
        return system;
    }

    static Config ConfigOf(JournalDatabase journal) => ConfigurationFactory.ParseString(
        $$"""
        akka {
          loglevel = OFF
          actor {
            serialization-settings.allow-unregistered-types = false
            serializers.persisted = "{{typeof(PersistedSerializer).AssemblyQualifiedName}}"
            serialization-bindings { "{{typeof(IPersisted).AssemblyQualifiedName}}" = persisted }
          }
        }
        """).WithFallback(PersistenceHosting.ConfigOf(journal));

    static async Task AwaitAsync(Func<Task<bool>> condition)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "it never came true");
            await Task.Delay(20);
        }
    }

    /// <summary>The settings of user 2 in an actor system of their own, made anew when they have ended, as their user does.</summary>
    sealed class SettingsHost(JournalDatabase journal, Presence presence) : IAsyncDisposable
    {
        readonly ActorSystem _system = SystemOf(journal);
        IActorRef? _parent;

        public async Task<bool> TryAsync(SettingsChange change)
        {
            _parent ??= _system.ActorOf(Props.Create(() => new Parent(presence)));
            var answer = await _parent.Ask<SettingsAnswer>(change, TimeSpan.FromSeconds(8)); // two calls of 2 s each, on a busy machine
            Last = answer.Settings;
            return answer.Error == ErrorCode.None;
        }

        public UserSettings? Last { get; private set; }

        public async Task<UserSettings> ChangeAsync(SettingsChange change)
        {
            await AwaitAsync(() => TryAsync(change));
            return Last!;
        }

        public async ValueTask DisposeAsync() => await _system.Terminate();
    }

    sealed class Parent : ReceiveActor
    {
        IActorRef? _child;
        IActorRef _asker = ActorRefs.Nobody;

        public Parent(Presence presence)
        {
            Receive<SettingsChange>(change =>
            {
                _asker = Sender;
                _child ??= Context.Watch(Context.ActorOf(Props.Create(() => new UserSettingsActor(2, presence))));
                _child.Tell(new AskSettings(1, change));
            });
            Receive<SettingsSettled>(settled => _asker.Tell(settled.Answer));
            Receive<Terminated>(_ =>
            {
                _child = null;
                _asker.Tell(SettingsAnswer.Unavailable);
            });
        }
    }

    /// <summary>Stores bytes as they are.</summary>
    sealed class Blobs : ReceivePersistentActor
    {
        byte[] _last = [];

        public Blobs()
        {
            Recover<byte[]>(bytes => _last = bytes);
            Command<byte[]>(bytes => Persist(bytes, stored => Sender.Tell(stored.Length)));
            Command<string>(_ => Sender.Tell(_last));
        }

        public override string PersistenceId => "blobs";
    }
}
