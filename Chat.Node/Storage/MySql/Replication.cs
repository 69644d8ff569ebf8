using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage.MySql;

/// <summary>Whether the server's death can cost what it has acknowledged, as far as it tells. MySQL tells less than MariaDB without a privilege.</summary>
static class Replication
{
    const string Question =
        """
        SHOW GLOBAL VARIABLES WHERE Variable_name IN
            ('read_only', 'wsrep_on', 'rpl_semi_sync_master_enabled', 'rpl_semi_sync_source_enabled', 'rpl_semi_sync_master_wait_point', 'rpl_semi_sync_source_wait_point');
        SHOW GLOBAL STATUS WHERE Variable_name IN
            ('Slaves_running', 'Slaves_connected', 'Rpl_semi_sync_master_status', 'Rpl_semi_sync_source_status')
        """;

    public static async Task<IReadOnlyDictionary<string, string>> ShowAsync(DbConnection connection)
    {
        await using var answers = await connection.QueryMultipleAsync(Question);
        var variables = await answers.ReadAsync<(string Name, string Value)>();
        return variables.Concat(await answers.ReadAsync<(string Name, string Value)>())
            .ToDictionary(shown => shown.Name, shown => shown.Value, StringComparer.OrdinalIgnoreCase);
    }

    public static bool IsGalera(IReadOnlyDictionary<string, string> shown) => shown.TryGetValue("wsrep_on", out var value) && value.Equals("ON", StringComparison.OrdinalIgnoreCase);

    /// <summary>What an operator should know; null if nothing is wrong, or nothing is told. Pure.</summary>
    /// <param name="shown">Variables and counters of the server.</param>
    /// <param name="areSeveral">Whether the connection string names other servers too.</param>
    public static string? Risk(IReadOnlyDictionary<string, string> shown, bool areSeveral)
    {
        if (IsGalera(shown))
            return null;
        if (Is("read_only", "ON") || Number("Slaves_running") > 0)
            return "it is a replica, or read-only: what is written here is not on its primary";
        var isSemiSync = Is("rpl_semi_sync_master_enabled", "ON") || Is("rpl_semi_sync_source_enabled", "ON");
        var replicas = Number("Slaves_connected");
        if (!isSemiSync)
            return replicas > 0 ? $"{replicas} replicas follow it, and it does not wait for any of them (rpl_semi_sync_master_enabled is OFF)"
                : areSeveral ? "Server= names several servers, and this one is in no Galera cluster and does not wait for replicas (rpl_semi_sync_master_enabled is OFF)"
                : null;
        if (!Is("rpl_semi_sync_master_wait_point", "AFTER_SYNC") && !Is("rpl_semi_sync_source_wait_point", "AFTER_SYNC"))
            return "it waits for its replicas only after others can read what it has committed (rpl_semi_sync_master_wait_point is not AFTER_SYNC)";
        return Is("Rpl_semi_sync_master_status", "ON") || Is("Rpl_semi_sync_source_status", "ON")
            ? null
            : "it was to wait for a replica, and has given that up (Rpl_semi_sync_master_status is OFF)";

        bool Is(string name, string value) => shown.TryGetValue(name, out var found) && found.Equals(value, StringComparison.OrdinalIgnoreCase);

        long Number(string name) => shown.TryGetValue(name, out var found) && long.TryParse(found, out var number) ? number : 0;
    }
}
