using Chat.Node.Settings;

namespace Chat.Node.Storage.MySql;

/// <summary>One of the servers of <c>Server=a,b,c</c>.</summary>
sealed record MySqlServer(string Name, string ConnectionString)
{
    /// <summary>Without the connection string, which may hold a password.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// The servers that the connection string names, and the one that this node works on. All nodes have the same list, so all go to the
/// same next one when it fails. Safe to use from any thread.
/// </summary>
sealed class MySqlServers
{
    /// <summary>A server that was silent already is not waited for as long as another one works.</summary>
    static readonly TimeSpan LastChance = TimeSpan.FromMilliseconds(300);

    readonly IReadOnlyList<MySqlServer> _all;
    volatile MySqlServer _current;

    /// <param name="connectionString">As it is set.</param>
    /// <exception cref="SettingsException">It cannot be used.</exception>
    public MySqlServers(string connectionString)
    {
        _all = [.. MySqlOptions.Apart(MySqlOptions.Complete(connectionString)).Select(each => new MySqlServer(each.Server, each.ConnectionString))];
        _current = _all[0];
    }

    public bool AreSeveral => _all.Count > 1;

    /// <summary>The one to work on.</summary>
    public MySqlServer Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>The first one that takes writes, in the order of the list; null if none does. All are asked at once.</summary>
    /// <param name="doubted">It has failed just now: another one is taken if it is not there at once.</param>
    public async Task<MySqlServer?> FindAsync(MySqlServer? doubted = null)
    {
        var asked = _all.Select(server => (Server: server, Trouble: ServerProbe.AskOnceAsync(server))).ToList();
        foreach (var (server, trouble) in asked)
        {
            if (server == doubted && !await IsThereAsync(trouble))
                continue;
            if (await trouble is null)
                return server;
        }

        return doubted is not null && await asked.Find(each => each.Server == doubted).Trouble is null ? doubted : null;
    }

    static async Task<bool> IsThereAsync(Task<string?> trouble)
    {
        try
        {
            return await trouble.WaitAsync(LastChance) is null;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
