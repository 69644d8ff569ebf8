using Chat.Checker.Processes;
using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>One file has one name, whatever the way to it; what cannot be a database is named.</summary>
public sealed class SqlitePathTests : IDisposable
{
    readonly string _folder = SqlitePath.Real(Directory.CreateTempSubdirectory("chat-path-").FullName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Links_and_relative_paths_lead_to_the_same_name()
    {
        var real = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "real")).FullName, "chat.db");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.db"), "real/chat.db"); // to a file that is not there yet
        Directory.CreateSymbolicLink(Path.Combine(_folder, "folder"), Path.Combine(_folder, "real"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "real", "up"), "..");
        foreach (var way in (string[])[
            real, Path.Combine(_folder, "link.db"), Path.Combine(_folder, "folder", "chat.db"), Path.Combine(_folder, "folder", "up", "link.db"),
            Path.GetRelativePath(Environment.CurrentDirectory, real)])
        {
            Assert.Equal(real, SqlitePath.Read($"Data Source={way}").DataSource);
            Assert.Equal(
                Path.Combine(_folder, "real", "chat.settings.db"),
                new SqliteConnectionStringBuilder(JournalDatabase.OnSqlite($"Data Source={way}").ConnectionString).DataSource);
        }

        File.CreateSymbolicLink(Path.Combine(_folder, "round.db"), "round.db");
        Assert.Equal(Path.Combine(_folder, "round.db"), SqlitePath.Real(Path.Combine(_folder, "round.db")));
    }

    [Fact]
    public void Settings_that_an_older_version_kept_beside_a_link_are_not_left_behind()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "real"));
        File.CreateSymbolicLink(Path.Combine(_folder, "chat.db"), "real/chat.db");
        File.WriteAllText(Path.Combine(_folder, "chat.settings.db"), "");
        var refusal = Assert.Throws<SettingsException>(() => JournalDatabase.OnSqlite($"Data Source={_folder}/chat.db"));
        Assert.Contains($"move {_folder}/chat.settings.db to {_folder}/real/chat.settings.db", refusal.Message, StringComparison.Ordinal);
        File.Move(Path.Combine(_folder, "chat.settings.db"), Path.Combine(_folder, "real", "chat.settings.db"));
        JournalDatabase.OnSqlite($"Data Source={_folder}/chat.db");
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Data Source=")]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=chat;Mode=Memory")]
    [InlineData("Data Source=chat.db;Mode=ReadOnly")]
    [InlineData("Data Source=chat.db;Password=secret")]
    [InlineData("Data Source=chat.db;Mode=Sideways")]
    [InlineData("Data Source=chat.db;Foreign Keys=perhaps")]
    [InlineData("Server=127.0.0.1;User ID=chat")]
    [InlineData("chat.db")]
    public void A_connection_string_of_a_wrong_form_is_named(string connectionString)
    {
        var refusal = Assert.Throws<SettingsException>(() => new SqliteDatabase(connectionString));
        Assert.StartsWith("Chat:Storage:ConnectionString ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no database", "it is no SQLite database")]
    [InlineData("a folder", "a folder has this name")]
    [InlineData("hard link", "it has 2 names")]
    [InlineData("no folder", "/proc/nowhere")]
    public async Task What_cannot_be_the_database_is_named(string what, string reason)
    {
        var file = Path.Combine(_folder, "chat.db");
        if (what == "no database")
            await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("this is a letter to my aunt. ", 200)));
        if (what == "a folder")
            Directory.CreateDirectory(file);
        if (what == "hard link")
        {
            using (var database = new SqliteDatabase($"Data Source={file}"))
                await database.MigrateAsync();
            await Command.RunAsync("ln", file, Path.Combine(_folder, "second.db"));
        }

        if (what == "no folder")
            file = "/proc/nowhere/chat.db";
        using var broken = new SqliteDatabase($"Data Source={file}");
        var refusal = await Assert.ThrowsAsync<StorageException>(broken.MigrateAsync);
        Assert.StartsWith($"{file} cannot be the database (Chat:Storage:ConnectionString): ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }
}
