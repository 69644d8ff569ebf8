using System.Text;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Persistence.Hosting;
using Akka.Persistence.Sql.Config;
using Chat.Node.Contracts;
using Chat.Node.Serialization;
using Chat.Node.Storage.MySql;
using LinqToDB;
using LinqToDB.Data;

namespace Chat.Node.Hosting;

/// <summary>
/// Akka.Persistence.Sql on tables of our own (<c>sql/</c>): for users' settings, which are rare. It is started by its
/// <see cref="JournalWarmUp"/>, and nothing of it is on the way of a message. No health check: a node without its journal still chats.
/// </summary>
static class PersistenceHosting
{
    public static AkkaConfigurationBuilder AddSettingsJournal(this AkkaConfigurationBuilder akka, JournalDatabase database)
    {
        if (!database.IsSqlite)
        {
            var connections = database.OpenPool();
            akka.AddSetup(SetupOf(database, connections));
            akka.AddStartup((system, _) => system.RegisterOnTermination(connections.Dispose));
        }

        return akka
            .AddHocon(ConfigOf(database), HoconAddMode.Prepend)
            .WithCustomSerializer("persisted", [typeof(IPersisted)], system => new PersistedSerializer(system));
    }

    /// <summary>Both plugins take their connections from a pool of ours, whose sessions are as ours have to be.</summary>
    public static DataOptionsSetup SetupOf(JournalDatabase database, FollowingPool connections)
    {
        var provider = DataConnection.GetDataProvider(database.ProviderName, database.ConnectionString);
        return new DataOptionsSetup(new DataOptions()
            .UseConnectionString(database.ProviderName, database.ConnectionString) // the plugin asks for the name
            .UseConnectionFactory(provider!, _ => connections.CreateConnection()));
    }

    /// <summary>Both plugins on one database, each the default.</summary>
    public static Config ConfigOf(JournalDatabase database) => ConfigurationFactory.ParseString(Hocon)
        .WithFallback(new SettingsJournalOptions(database).ToConfig())
        .WithFallback(new SnapshotStore(database).ToConfig());

    /// <summary>A HOCON string that holds any text: quotes, backslashes, <c>#</c> and <c>$</c> mean nothing in it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (char.IsControl(character))
                quoted.Append($"\\u{(int)character:x4}");
            else
                quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }

    static StringBuilder AppendDatabase(this StringBuilder hocon, JournalDatabase database) => hocon
        .AppendLine($"connection-string = {Quote(database.ConnectionString)}")
        .AppendLine($"provider-name = {Quote(database.ProviderName)}");

    sealed class SettingsJournalOptions : JournalOptions
    {
        readonly JournalDatabase _database;

        public SettingsJournalOptions(JournalDatabase database)
            : base(true)
        {
            _database = database;
            AutoInitialize = false; // the tables that it makes on MySQL lack the key, and cut events off
        }

        public override string Identifier { get; set; } = "sql";

        protected override Config InternalDefaultConfig => Config.Empty;

        protected override StringBuilder Build(StringBuilder sb) => base.Build(
            sb.AppendLine("class = \"Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql\"").AppendDatabase(_database));
    }

    sealed class SnapshotStore : SnapshotOptions
    {
        readonly JournalDatabase _database;

        public SnapshotStore(JournalDatabase database)
            : base(true)
        {
            _database = database;
            AutoInitialize = false;
        }

        public override string Identifier { get; set; } = "sql";

        protected override Config InternalDefaultConfig => Config.Empty;

        protected override StringBuilder Build(StringBuilder sb) => base.Build(
            sb.AppendLine("class = \"Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql\"").AppendDatabase(_database));
    }

    /// <summary>What the typed options do not cover. Each line says why.</summary>
    const string Hocon =
        """
        # SQLite's calls block their thread: these two, instead of the pool's
        chat-journal-dispatcher {
          type = ForkJoinDispatcher
          throughput = 1
          dedicated-thread-pool { thread-count = 2, threadtype = background }
        }
        akka.persistence {
          max-concurrent-recoveries = 20
          journal.sql {
            plugin-dispatcher = chat-journal-dispatcher
            materializer-dispatcher = chat-journal-dispatcher
            replay-dispatcher = chat-journal-dispatcher
            buffer-size = 1000                       # more writes at once are refused
            parallelism = 2                          # as many as threads
            tag-write-mode = Csv                     # there are no tags, and no table for them
            recovery-event-timeout = 2 s             # who asked gives up then
            circuit-breaker { max-failures = 1000000000, call-timeout = 2 s, reset-timeout = 1 s } # bounds a call; never keeps one from being tried
            replay-filter.mode = fail                # the key of the table rules out what it looks for
            default.journal.table-name = "EventJournal"
          }
          snapshot-store.sql {
            plugin-dispatcher = chat-journal-dispatcher
            circuit-breaker { max-failures = 1000000000, call-timeout = 2 s, reset-timeout = 1 s }
            default.snapshot.table-name = "EventSnapshot"
          }
        }
        """;
}
