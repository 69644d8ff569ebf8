using System.Data.Common;
using System.Net.Sockets;
using MySqlConnector;

namespace Chat.Node.Storage.MySql;

/// <summary>Asks one server whether a node can work on it, on a connection that it keeps. One question after the other.</summary>
sealed class ServerProbe(MySqlServer server) : IAsyncDisposable
{
    /// <summary>Without an answer for so long a server is silent. More than a hiccup of a busy machine, less than anybody's lease.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1500);

    const uint Seconds = 2;

    /// <summary>SHOW is answered by a Galera server too that has lost its cluster.</summary>
    const string Question =
        """
        SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'wsrep_on');
        SHOW GLOBAL STATUS WHERE Variable_name = 'wsrep_ready'
        """;

    MySqlConnection? _connection;

    public MySqlServer Server => server;

    /// <summary>What keeps this server from taking writes; null if nothing does.</summary>
    public static async Task<string?> AskOnceAsync(MySqlServer server)
    {
        var probe = new ServerProbe(server);
        var trouble = await probe.AskAsync();
        _ = probe.DisposeAsync().AsTask();
        return trouble;
    }

    /// <summary>What keeps this server from taking writes; null if nothing does.</summary>
    public async Task<string?> AskAsync()
    {
        var asking = ShowAsync();
        try
        {
            return Trouble(await asking.WaitAsync(Patience));
        }
        catch (TimeoutException)
        {
            Forget(asking);
            return $"no answer within {Patience.TotalSeconds:0.0} s";
        }
        catch (Exception e) when (e is DbException or SocketException or InvalidOperationException or IOException or OperationCanceledException)
        {
            Forget(asking);
            return e.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
    }

    /// <summary>Why a server that shows these values cannot be worked on; null if it can. Pure.</summary>
    internal static string? Trouble(IReadOnlyDictionary<string, string> shown) =>
        IsOn(shown, "read_only") ? "it is read-only"
        : IsOn(shown, "wsrep_on") && !IsOn(shown, "wsrep_ready") ? "it has lost its Galera cluster, or is not in it yet"
        : null;

    static bool IsOn(IReadOnlyDictionary<string, string> shown, string name) =>
        shown.TryGetValue(name, out var value) && (value.Equals("ON", StringComparison.OrdinalIgnoreCase) || value == "1");

    async Task<Dictionary<string, string>> ShowAsync()
    {
        if (_connection is null)
        {
            _connection = new MySqlConnection(new MySqlConnectionStringBuilder(server.ConnectionString)
            {
                Pooling = false,
                ConnectionTimeout = Seconds,
                DefaultCommandTimeout = Seconds,
                CancellationTimeout = -1, // a server that does not answer is not asked to stop
            }.ConnectionString);
            await _connection.OpenAsync();
        }

        await using var command = _connection.CreateCommand();
        command.CommandText = Question;
        await using var reader = await command.ExecuteReaderAsync();
        var shown = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        do
        {
            while (await reader.ReadAsync())
                shown[reader.GetString(0)] = reader.GetString(1);
        }
        while (await reader.NextResultAsync());
        return shown;
    }

    /// <summary>The next question gets a new connection; this one is closed when the driver lets go of it.</summary>
    void Forget(Task asking)
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        _ = CloseAsync();

        async Task CloseAsync()
        {
            try
            {
                await asking;
            }
            catch (Exception) // told above
            {
            }

            await connection.DisposeAsync();
        }
    }
}
