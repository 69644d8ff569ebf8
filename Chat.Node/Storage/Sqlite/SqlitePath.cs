using Chat.Node.Settings;
using Microsoft.Data.Sqlite;

namespace Chat.Node.Storage.Sqlite;

/// <summary>
/// The one name of a database's file. The files beside it are found by it, so that nodes which reach the same file by different
/// ways (a link, a relative path) share them too.
/// </summary>
static class SqlitePath
{
    const int MaxLinks = 40;
    const string Expected = "expected is \"Data Source=path/to/chat.db\"";

    /// <summary>The connection string with the file's one name in it.</summary>
    /// <exception cref="SettingsException">It has a wrong form, or names no file.</exception>
    public static SqliteConnectionStringBuilder Read(string connectionString)
    {
        SqliteConnectionStringBuilder builder;
        try
        {
            builder = new SqliteConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new SettingsException($"Chat:Storage:ConnectionString is not one of SQLite: {e.Message}; {Expected}");
        }

        if (string.IsNullOrWhiteSpace(builder.DataSource))
            throw new SettingsException($"Chat:Storage:ConnectionString names no file: {Expected}");
        if (!IsFile(builder))
            throw new SettingsException($"Chat:Storage:ConnectionString names the database \"{builder.DataSource}\", which would not outlive the node: {Expected}");
        if (builder.Mode == SqliteOpenMode.ReadOnly)
            throw new SettingsException("Chat:Storage:ConnectionString opens its file for reading only (Mode=ReadOnly): a node writes");
        if (builder.Password.Length > 0)
            throw new SettingsException($"Chat:Storage:ConnectionString has a Password, and files of SQLite know none: {Expected}");
        builder.DataSource = Real(builder.DataSource);
        return builder;
    }

    static bool IsFile(SqliteConnectionStringBuilder builder) => builder.Mode != SqliteOpenMode.Memory
        && !builder.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase) && builder.DataSource != ":memory:";

    /// <summary>The absolute path that a connection string names, with its links. For one that <see cref="Read"/> has taken.</summary>
    public static string Named(string connectionString) => Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);

    /// <summary>An absolute path without links, also of a file that is not there yet. A path whose links go in circles stays as it is.</summary>
    public static string Real(string path)
    {
        var left = MaxLinks;
        return Resolve(Path.GetFullPath(path), ref left) ?? Path.GetFullPath(path);
    }

    static string? Resolve(string path, ref int left)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path; // the root
        if (Resolve(parent, ref left) is not { } folder)
            return null;
        var here = Path.Combine(folder, Path.GetFileName(path));
        if (new FileInfo(here).LinkTarget is not { } target)
            return here;
        return --left < 0 ? null : Resolve(Path.GetFullPath(target, folder), ref left);
    }
}
