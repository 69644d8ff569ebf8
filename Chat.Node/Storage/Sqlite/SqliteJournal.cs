using Chat.Node.Settings;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>The file of the event journal: beside the chat database, so that neither waits for the other's writer.</summary>
static class SqliteJournal
{
    /// <summary>How long a statement waits for a locked file: who asked is still waiting then.</summary>
    const int LockSeconds = 1;

    /// <summary>
    /// <c>data/chat.db</c> becomes <c>data/chat.settings.db</c>. Opened for each use, and never made by opening: a file
    /// that was taken away must not be written to in secret, nor be replaced by an empty one.
    /// </summary>
    /// <exception cref="SettingsException">The chat database's connection string is wrong, or an older version kept the file elsewhere.</exception>
    public static string ConnectionStringBeside(string chatConnectionString)
    {
        var file = SqlitePath.Read(chatConnectionString).DataSource;
        var named = Beside(SqlitePath.Named(chatConnectionString));
        var real = Beside(file);
        if (named != real && File.Exists(named) && !File.Exists(real))
            throw new SettingsException(
                $"Chat:Storage:ConnectionString leads over a link to {file}, and the users' settings lie beside the link: stop all nodes, move {named} to {real}");
        return new SqliteConnectionStringBuilder
        {
            DataSource = real,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = LockSeconds,
        }.ToString();
    }

    static string Beside(string file) => Path.ChangeExtension(file, $".settings{Path.GetExtension(file)}");

    /// <summary>Makes the file if it is not there, and brings its schema up to date.</summary>
    /// <exception cref="StorageException">It cannot be opened or changed now.</exception>
    public static void Migrate(string journalConnectionString)
    {
        var builder = new SqliteConnectionStringBuilder(journalConnectionString) { Mode = SqliteOpenMode.ReadWriteCreate };
        try
        {
            // Not in WAL mode: with a connection for each use, every last one would have to take its WAL apart.
            using (var connection = new SqliteConnection(builder.ToString()))
                connection.Open();
            SqliteMigrations.Apply(builder.ToString(), SqliteMigrations.JournalScripts);
        }
        catch (SqliteException e)
        {
            throw new StorageException($"{builder.DataSource} cannot be used: {e.Message}", e);
        }
    }
}
