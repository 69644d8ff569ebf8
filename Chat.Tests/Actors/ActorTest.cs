using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Streams;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Chat.Node.Contracts;
using Chat.Node.Faults;
using Chat.Node.Serialization;
using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Tests.Support;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>
/// An actor system in which every message is serialized, as between nodes, over a database file of its own with the
/// users alice (1), bob (2) and carol (3).
/// </summary>
public abstract class ActorTest : TestKit, IAsyncLifetime
{
    /// <summary>Long enough for a busy machine; nothing waits for all of it unless it fails.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    protected const int Alice = 1;
    protected const int Bob = 2;
    protected const int Carol = 3;

    readonly string _folder = Directory.CreateTempSubdirectory("chat-actors-").FullName;
    readonly SqliteDatabase _sqlite;

    protected ActorTest(string? config = null)
        : this(ConfigurationFactory.ParseString(config ?? ""))
    {
    }

    protected ActorTest(Config config)
        : base(config.WithFallback(Config), $"actors-{Guid.NewGuid():n}")
    {
        _sqlite = new SqliteDatabase($"Data Source={Path.Combine(_folder, "chat.db")}");
        Database = new FaultyDatabase(_sqlite);
        Node = new NodeIdentity("here", 77);
        Accounts = new Accounts(Database);
        ContactStore = new ContactStore(Database);
        LogStore = new MessageLogStore(Database, Node);
        OfflineStore = new OfflineStore(Database, Clock, NullLogger<OfflineStore>.Instance);
        Changes = new MessageChangeStore(Database, Lease, CrashPoints);
        Marks = new DeliveryMarks(Database, Clock, NullLogger<DeliveryMarks>.Instance);
        Presence = new Presence(Database);
        Health = new StorageHealth(new Nodes(Database, Node, Clock), Clock);
        Materializer = Sys.Materializer();
        MessageLog = new MessageLog(LogStore, Lease, CrashPoints, Health, NullLogger<MessageLog>.Instance, Materializer);
        OfflineQueue = new OfflineQueue(OfflineStore, Lease, CrashPoints, Health, NullLogger<OfflineQueue>.Instance, Materializer);
    }

    internal FaultyDatabase Database { get; }

    internal TestClock Clock { get; } = new();

    internal NodeIdentity Node { get; }

    internal Accounts Accounts { get; }

    internal ContactStore ContactStore { get; }

    internal MessageLogStore LogStore { get; }

    internal OfflineStore OfflineStore { get; }

    internal MessageChangeStore Changes { get; }

    internal DeliveryMarks Marks { get; }

    internal Presence Presence { get; }

    internal MessageLog MessageLog { get; }

    internal OfflineQueue OfflineQueue { get; }

    internal StorageHealth Health { get; }

    internal NodeLease Lease { get; } = Leases.Endless();

    internal CrashPoints CrashPoints { get; } = new(null);

    protected IMaterializer Materializer { get; }

    static Config Config => ConfigurationFactory.ParseString(
        $$"""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          log-dead-letters = off
          scheduler.implementation = "{{typeof(HastyScheduler).AssemblyQualifiedName}}"
          test.single-expect-default = 15s
          test.default-timeout = 15s
          actor {
            serialize-messages = on
            serialization-settings.allow-unregistered-types = false
            serializers {
              chat = "{{typeof(ChatSerializer).AssemblyQualifiedName}}"
              persisted = "{{typeof(PersistedSerializer).AssemblyQualifiedName}}"
              local = "{{typeof(LocalSerializer).AssemblyQualifiedName}}"
            }
            serialization-bindings {
              "{{typeof(IClusterMessage).AssemblyQualifiedName}}" = chat
              "{{typeof(IPersisted).AssemblyQualifiedName}}" = persisted
              "{{typeof(Chat.Protocol.Request).AssemblyQualifiedName}}" = local
              "{{typeof(Akka.Cluster.Sharding.Passivate).AssemblyQualifiedName}}" = local
            }
          }
        }
        """);

    public virtual async Task InitializeAsync()
    {
        await _sqlite.MigrateAsync();
        foreach (var name in (string[])["alice", "bob", "carol"])
            await Accounts.RegisterAsync(name, "no hash");
    }

    public virtual Task DisposeAsync()
    {
        Shutdown();
        _sqlite.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>The first column of the first row, read past the faults of <see cref="Database"/>.</summary>
    protected Task<T?> ScalarAsync<T>(string sql) => _sqlite.ReadAsync(connection => connection.ExecuteScalarAsync<T?>(sql));

    protected TestProbe NewProbe(string? name = null) => CreateTestProbe(name);

    /// <summary>Ends an actor as a crash would: without a message that it could see coming.</summary>
    protected static void Stop(IActorRef actor) => ((IInternalActorRef)actor).Stop();

    protected static Lazy<IActorRef> Region(IActorRef probe) => new(() => probe);

    /// <summary>The canonical object of a message.</summary>
    protected static byte[] BodyOf(int sender, string text, int to = Bob) => Encoding.UTF8.GetBytes(
        $$"""{"id":{{sender}},"msg":"{{text}}","msgid":6,"name":"somebody","time":"2026-01-02 03:04:05","toid":{{to}}}""");

    /// <summary>Waits for a state of the database.</summary>
    protected Task EventuallyAsync<T>(T expected, string sql) => AwaitAssertAsync(
        async () => Assert.Equal(expected, await ScalarAsync<T>(sql)), Patience, TimeSpan.FromMilliseconds(20));
}
