using Akka.Configuration;
using Chat.Node.Hosting;
using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Tests.Support;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class PersistenceHostingTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("a\"b\\c#d$e${f}=g:h,i]j}k{l[m+=n//o'p`q%r\ts\nt ü😀")]
    [InlineData("\"\"\"")]
    [InlineData("ends with \\")]
    [InlineData("${?HOME}")]
    [InlineData("\\u0041\\n")]
    public void A_quoted_text_is_read_back_as_it_was(string text) =>
        Assert.Equal(text, ConfigurationFactory.ParseString($"a {{ x = {PersistenceHosting.Quote(text)} }}\ny = 1").GetString("a.x"));

    [Fact]
    public void The_plugins_get_the_connection_string_whatever_the_password()
    {
        var database = JournalDatabase.OnMySql("Server=db;Database=chat;User ID=u;Password='p\"\\#$;{x}'");
        var config = PersistenceHosting.ConfigOf(database);
        foreach (var plugin in (string[])["journal", "snapshot-store"])
        {
            var read = new MySqlConnectionStringBuilder(config.GetString($"akka.persistence.{plugin}.sql.connection-string"));
            Assert.Equal(("db", "p\"\\#$;{x}", true), (read.Server, read.Password, read.AllowUserVariables));
            Assert.Equal(database.ProviderName, config.GetString($"akka.persistence.{plugin}.sql.provider-name"));
            Assert.False(config.GetBoolean($"akka.persistence.{plugin}.sql.auto-initialize"));
            Assert.Equal($"akka.persistence.{plugin}.sql", config.GetString($"akka.persistence.{plugin}.plugin"));
        }

        Assert.DoesNotContain("p\"", database.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Data Source=data/chat.db", "data/chat.settings.db")]
    [InlineData("Data Source=/var/lib/chat.d/messages;Foreign Keys=true", "/var/lib/chat.d/messages.settings")]
    public void The_file_lies_beside_the_chat_database(string chat, string expected)
    {
        var read = new SqliteConnectionStringBuilder(JournalDatabase.OnSqlite(chat).ConnectionString);
        Assert.Equal(Path.GetFullPath(expected), read.DataSource);
        Assert.Equal(SqliteOpenMode.ReadWrite, read.Mode); // a file that is missing must not be made in secret
        Assert.InRange(read.DefaultTimeout, 1, 2);
    }

    [Fact]
    public void A_migration_may_be_repeated_and_one_that_cannot_be_done_says_so()
    {
        using var folder = new TestFolder();
        var journal = JournalDatabase.OnSqlite(folder.ConnectionString);
        SqliteJournal.Migrate(journal.ConnectionString);
        SqliteJournal.Migrate(journal.ConnectionString);
        using (var connection = new SqliteConnection(journal.ConnectionString))
            connection.Open();

        var file = Path.Combine(folder.Path, "chat.settings.db");
        File.Delete(file);
        Directory.CreateDirectory(file);
        Assert.Throws<StorageException>(() => SqliteJournal.Migrate(journal.ConnectionString));
    }
}
