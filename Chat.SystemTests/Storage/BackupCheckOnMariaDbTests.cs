using Chat.Node.Settings;
using Chat.Tests.Ctl;
using Chat.Tests.Storage;

namespace Chat.SystemTests.Storage;

/// <summary>The same on the other kind of database.</summary>
public sealed class BackupCheckOnMariaDbTests() : BackupCheckTests(StorageProvider.MySql)
{
    private protected override StorageProvider Provider => StorageProvider.MySql;

    private protected override string[] Named(TemporaryDatabase database, string prefix) => [$"{prefix}connection-file", FileOf(database.ConnectionString)];
}
