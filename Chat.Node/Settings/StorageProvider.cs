namespace Chat.Node.Settings;

/// <summary>The kinds of database.</summary>
enum StorageProvider
{
    /// <summary>Embedded: a file.</summary>
    Sqlite,

    /// <summary>MySQL or MariaDB.</summary>
    MySql,
}
