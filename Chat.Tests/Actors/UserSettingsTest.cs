using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Hosting;
using Chat.Node.Storage.Sqlite;
using Chat.Protocol;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>The user bob with a real journal in a file of its own.</summary>
public abstract class UserSettingsTest : UserTest
{
    /// <summary>The journal's plugin does not start when the messages inside its node are serialized.</summary>
    internal const string NoVerification = "akka.actor.serialize-messages = off";

    readonly JournalFile _file;

    protected UserSettingsTest()
        : this(new JournalFile())
    {
    }

    UserSettingsTest(JournalFile file)
        : base(ConfigurationFactory.ParseString(NoVerification).WithFallback(PersistenceHosting.ConfigOf(file.Database)))
    {
        _file = file;
        Asker = NewProbe("asker");
    }

    /// <summary>A folder with a journal in it.</summary>
    internal sealed class JournalFile
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("chat-journal-").FullName;

        public JournalDatabase Database => JournalDatabase.OnSqlite($"Data Source={System.IO.Path.Combine(Folder, "chat.db")}");

        public string Path => System.IO.Path.Combine(Folder, "chat.settings.db");
    }

    protected TestProbe Asker { get; }

    protected string JournalPath => _file.Path;

    public override Task InitializeAsync()
    {
        SqliteJournal.Migrate(_file.Database.ConnectionString);
        return base.InitializeAsync();
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_file.Folder, recursive: true);
    }

    /// <summary>The file's own connection, with a transaction for the asking.</summary>
    protected SqliteConnection OpenJournal()
    {
        var connection = new SqliteConnection(_file.Database.ConnectionString);
        connection.Open();
        return connection;
    }

    protected long Rows(string table)
    {
        using var journal = OpenJournal();
        return journal.ExecuteScalar<long>($"SELECT COUNT(*) FROM {table}");
    }

    internal Task<SettingsAnswer> GetAsync(IActorRef user) => AskAsync(user, new GetSettings(Bob));

    internal Task<SettingsAnswer> ChangeAsync(IActorRef user, SettingsChange change, long sessionId = 0) =>
        AskAsync(user, new ChangeSettings(Bob, sessionId, change));

    internal async Task<SettingsAnswer> AskAsync(IActorRef user, IUserMessage question)
    {
        user.Tell(question, Asker.Ref);
        return await Asker.ExpectMsgAsync<SettingsAnswer>(Patience);
    }

    internal Task<UserSettings> MustChangeAsync(IActorRef user, SettingsChange change, long sessionId = 0) =>
        MustAsync(user, new ChangeSettings(Bob, sessionId, change));

    internal Task<UserSettings> MustGetAsync(IActorRef user) => MustAsync(user, new GetSettings(Bob));

    /// <summary>Asks as a client does: again, if it is told to. The machine may be too busy for the journal's time-outs.</summary>
    internal async Task<UserSettings> MustAsync(IActorRef user, IUserMessage question)
    {
        var answer = await AskAsync(user, question);
        for (var i = 0; i < 10 && answer.Error == ErrorCode.Unavailable; i++)
            answer = await AskAsync(user, question);
        Assert.True(answer.Error == ErrorCode.None, answer.Reason);
        return answer.Settings!;
    }

    /// <summary>Ends a life of the user, and begins another.</summary>
    protected async Task<IActorRef> RestartAsync(IActorRef user, int userId = Bob)
    {
        var watcher = NewProbe();
        watcher.Watch(user);
        Stop(user);
        await watcher.ExpectTerminatedAsync(user, Patience);
        return Start(userId: userId);
    }

    internal static ConversationId Group(int id) => ConversationId.Group(id);

    internal static string TextOf(UserSettings settings) =>
        $"{settings.Presence.ToText()}; muted {string.Join(' ', settings.Muted)}; pinned {string.Join(' ', settings.Pinned)}";
}
