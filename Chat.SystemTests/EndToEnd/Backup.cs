using Chat.Checker.Processes;
using Chat.Tests.Support;
using Dapper;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A copy of a database, taken and put back while no node uses it.</summary>
sealed class Backup
{
    readonly TestFolder _folder;
    readonly Dictionary<string, byte[]> _files = [];
    readonly string _database = "";

    Backup(TestFolder folder, string database = "") => (_folder, _database) = (folder, database);

    public static async Task<Backup> TakeAsync(TestFolder folder)
    {
        if (folder.DatabaseName.Length == 0)
        {
            var files = new Backup(folder);
            foreach (var file in FilesOf(folder))
                files._files.Add(file, await File.ReadAllBytesAsync(file));
            return files;
        }

        var server = await MariaDbServer.SharedAsync();
        var tables = new Backup(folder, await server.CreateDatabaseAsync());
        await CopyTablesAsync(folder.DatabaseName, tables._database, "CREATE TABLE {1}.{2} LIKE {0}.{2}");
        return tables;
    }

    public async Task RestoreAsync()
    {
        if (_database.Length > 0)
        {
            await CopyTablesAsync(_database, _folder.DatabaseName, "DELETE FROM {1}.{2}");
            return;
        }

        foreach (var file in FilesOf(_folder))
            File.Delete(file); // the write-ahead log belongs to the file that was there
        foreach (var (file, bytes) in _files)
            await File.WriteAllBytesAsync(file, bytes);
    }

    static List<string> FilesOf(TestFolder folder) => [.. Directory.EnumerateFiles(folder.Path, "chat*.db*")];

    static async Task CopyTablesAsync(string from, string to, string prepare)
    {
        await using var connection = await (await MariaDbServer.SharedAsync()).OpenAsync(from);
        foreach (var table in (await connection.QueryAsync<string>("SHOW TABLES")).AsList())
        {
            var columns = string.Join(',', await connection.QueryAsync<string>(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = @from AND table_name = @table AND extra NOT LIKE '%GENERATED%'",
                new { from, table })); // those that are hidden too
            await connection.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, prepare, from, to, table));
            await connection.ExecuteAsync($"INSERT INTO {to}.{table} ({columns}) SELECT {columns} FROM {from}.{table}");
        }
    }
}
