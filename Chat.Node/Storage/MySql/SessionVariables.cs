using System.Globalization;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// The values that the variables of a session must have, whatever the server or <c>init_connect</c> has set. Pure. MySQL and
/// MariaDB have different variables: one that a server does not show does not exist there.
/// </summary>
/// <param name="lockSeconds">How long a statement waits for a row or a table that somebody else holds.</param>
/// <param name="isBatch">Whether the session writes batches and nothing else.</param>
sealed class SessionVariables(int lockSeconds, bool isBatch = false)
{
    const string NoLimit = "18446744073709551615";
    const string Modes = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION";

    /// <param name="Name">As the server calls it.</param>
    /// <param name="Shown">As the server shows the value.</param>
    /// <param name="Literal">As SET takes it; the shown value if nothing is said.</param>
    /// <param name="IsRequired">Without it "acknowledged" would mean less, or a list or a text be cut: the connection is not used.</param>
    sealed record Variable(string Name, string Shown, string? Literal = null, bool IsRequired = true)
    {
        public string Assignment => $"{Name} = {Literal ?? Shown}";
    }

    readonly Variable[] _variables =
    [
        // These define a commit, and commit every statement.
        new("completion_type", "NO_CHAIN"),
        new("autocommit", "ON"),
        new("transaction_read_only", "OFF"),
        new("tx_read_only", "OFF"),
        new("transaction_isolation", "READ-COMMITTED", "'READ-COMMITTED'"), // reads see what is committed
        new("tx_isolation", "READ-COMMITTED", "'READ-COMMITTED'"),
        new("sql_log_bin", "ON"), // without it replicas and restores do not have the message
        new("skip_replication", "OFF"),

        // Values that would be cut are refused instead, a key that is taken is noticed, tables are transactional.
        new("sql_mode", Modes, $"'{Modes}'"),
        new("unique_checks", "ON"),
        new("foreign_key_checks", "ON"),
        new("check_constraint_checks", "ON"),
        new("default_storage_engine", "InnoDB"),
        new("innodb_strict_mode", "ON", IsRequired: false),

        // Answers are whole.
        new("sql_select_limit", NoLimit),
        new("max_join_size", NoLimit), // in front of the next one, which it resets
        new("sql_big_selects", "ON"),
        new("sql_safe_updates", "OFF"),
        new("sql_auto_is_null", "OFF"),
        new("group_concat_max_len", "1048576"),
        new("max_sort_length", "1024", IsRequired: false),
        new("system_versioning_asof", "DEFAULT"),

        // LOWER means the same for a parameter as for the columns that hold the keys of names: it depends on the collation.
        new("character_set_client", "utf8mb4"),
        new("character_set_results", "utf8mb4"),
        new("character_set_connection", "utf8mb4"),
        new("collation_connection", "utf8mb4_bin"),
        new("time_zone", "+00:00", "'+00:00'"),

        // A statement gives up waiting for a lock before its client gives up waiting for it: nothing happens later that was given
        // up. Everything else may take as long as its client waits.
        new("innodb_lock_wait_timeout", Text(lockSeconds)),
        new("lock_wait_timeout", Text(lockSeconds)),
        new("max_statement_time", "0.000000", "0", IsRequired: false),
        new("max_execution_time", "0", IsRequired: false),
        new("wait_timeout", "28800", IsRequired: false),
        new("net_read_timeout", "60", IsRequired: false),
        new("net_write_timeout", "60", IsRequired: false),
        new("low_priority_updates", "OFF", IsRequired: false),
        new("alter_algorithm", "DEFAULT", "'DEFAULT'", IsRequired: false),

        // Galera. A statement waits for what was committed on the other servers before it began: a node that has just come from another
        // server, or stands beside nodes that are still there, reads what was acknowledged. 1 is reads and the beginning of a transaction, 2
        // changes, 4 inserts: a batch goes without, its keys guard it. Elsewhere it means nothing.
        new("wsrep_sync_wait", Text(isBatch ? 3 : 7)),
        new("wsrep_dirty_reads", "OFF"),

        // A node that vanished in the middle of a transaction must not hold its locks for hours. MySQL has no such setting.
        new("idle_transaction_timeout", "15", IsRequired: false),
        new("idle_write_transaction_timeout", "15", IsRequired: false),
        new("idle_readonly_transaction_timeout", "15", IsRequired: false),
    ];

    /// <summary>The names, for SHOW.</summary>
    public IEnumerable<string> Names => _variables.Select(variable => variable.Name);

    /// <summary>The variables that have to be set, as assignments of SET, in an order in which that works.</summary>
    /// <param name="shown">What the server shows, by name in small letters.</param>
    public IReadOnlyList<string> Corrections(IReadOnlyDictionary<string, string> shown) =>
        [.. _variables.Where(variable => IsWrong(variable, shown)).Select(variable => variable.Assignment)];

    /// <summary>The variables that must not stay as they are, for people to read; null if all is well.</summary>
    public string? Complaint(IReadOnlyDictionary<string, string> shown)
    {
        var wrong = _variables.Where(variable => variable.IsRequired && IsWrong(variable, shown))
            .Select(variable => $"{variable.Name} is {shown[variable.Name]}, expected is {variable.Shown}").ToList();
        return wrong.Count == 0 ? null : string.Join("; ", wrong);
    }

    static bool IsWrong(Variable variable, IReadOnlyDictionary<string, string> shown) =>
        shown.TryGetValue(variable.Name, out var value) && !(variable.Name == "sql_mode"
            ? value.Split(',').ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(Modes.Split(','))
            : value.Equals(variable.Shown, StringComparison.OrdinalIgnoreCase));

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
