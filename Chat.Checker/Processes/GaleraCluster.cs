using System.Globalization;
using Dapper;
using MySqlConnector;

namespace Chat.Checker.Processes;

/// <summary>
/// Three MariaDB servers that are one Galera cluster, each at an address of its own, so that all have the same port. Members are counted from 1.
/// They begin with the same data, and one that was away gets what it missed from the others' caches: no state is ever copied, so that the
/// scripts which do so, and what those need, need not be installed.
/// </summary>
sealed class GaleraCluster : IAsyncDisposable
{
    public const int Size = 3;

    const string Library = "/usr/lib/galera/libgalera_smm.so";
    /// <summary>Tells who joins how far its data goes then. More is not needed where nothing is copied.</summary>
    const string Transfer =
        """
        #!/bin/sh
        while [ $# -gt 0 ]; do
          case "$1" in
            --role) role=$2; shift ;;
            --address) address=$2; shift ;;
            --gtid) gtid=$2; shift ;;
            --parent) parent=$2; shift ;;
            --bypass) bypass=1 ;;
          esac
          shift
        done
        note=$(dirname "$0")/note-${address%%[:/]*}
        if [ "$role" = joiner ]; then
          rm -f "$note"
          echo "ready $address"
          until [ -e "$note" ]; do kill -0 "$parent" || exit 1; sleep 0.05; done
          cat "$note"
        else
          [ -n "$bypass" ] || { echo "more is missing than the cache holds" >&2; exit 61; }
          echo continue
          echo "$gtid" >"$note.new" && mv "$note.new" "$note"
          echo "done $gtid"
        fi
        """;

    const string TransferName = "chat";
    const string NewCluster = "--wsrep-new-cluster";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    readonly IReadOnlyList<MariaDbPlace> _places;
    readonly List<MariaDbServer> _members = [];
    readonly int _group = FreePort.Next();
    readonly string _folder = Directory.CreateTempSubdirectory("chat-galera-").FullName;

    GaleraCluster(IReadOnlyList<MariaDbPlace> places) => _places = places;

    public MariaDbServer this[int member] => _members[member - 1];

    /// <summary>On addresses of the loopback.</summary>
    public static Task<GaleraCluster> StartAsync()
    {
        var (port, net) = (FreePort.Next(), $"127.{Random.Shared.Next(64, 128)}.{Random.Shared.Next(1, 255)}");
        return StartAsync([.. Enumerable.Range(1, Size).Select(member => new MariaDbPlace($"{net}.{member}", port))]);
    }

    /// <param name="places">With the same port.</param>
    public static async Task<GaleraCluster> StartAsync(IReadOnlyList<MariaDbPlace> places)
    {
        if (!File.Exists(Library))
            throw new InvalidOperationException($"{Library} is not there: install the package galera-4 (test.sh does)");
        var cluster = new GaleraCluster(places);
        try
        {
            await cluster.StartAllAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>As the setting of a node: all of them, in their order.</summary>
    public string ConnectionString(string? database, string more = "") => new MySqlConnectionStringBuilder(this[1].ConnectionString(database, more))
    {
        Server = string.Join(',', _places.Select(place => place.Address)),
    }.ConnectionString;

    /// <summary>At which they find each other.</summary>
    string Address => $"gcomm://{string.Join(',', _places.Select(place => $"{place.Address}:{_group}"))}";

    /// <summary>A new, empty database on all of them.</summary>
    public Task<string> CreateDatabaseAsync() => this[1].CreateDatabaseAsync();

    /// <summary>A connection to one of them that reads what was committed on any of them.</summary>
    public async Task<MySqlConnection> OpenAsync(int member, string? database)
    {
        var connection = await this[member].OpenAsync(database);
        await connection.ExecuteAsync("SET SESSION wsrep_sync_wait = 7");
        return connection;
    }

    /// <summary>Starts one that has ended, while another one lives; returns when it has what the others have.</summary>
    public async Task RestartAsync(int member)
    {
        var position = await RecoverAsync(member) ?? await RecoverAsync(member)
            ?? throw new InvalidOperationException($"MariaDB did not say how far its data goes: see {RecoveryLog(member)}");
        await this[member].StartAsync($"--wsrep-start-position={position[(position.LastIndexOf(' ') + 1)..].Split(',')[0].Trim()}");
        await SyncedAsync(member);
    }

    /// <summary>How far its data goes, in a line of its log. MariaDB 10.11 was seen to crash while it said so.</summary>
    async Task<string?> RecoverAsync(int member)
    {
        File.Delete(RecoveryLog(member)); // what it said the time before is not true any more
        var printed = "";
        try
        {
            printed = await this[member].RunAsync("--wsrep-recover", $"--log-error={RecoveryLog(member)}");
        }
        catch (InvalidOperationException)
        {
            // what it has said counts
        }

        var lines = File.Exists(RecoveryLog(member)) ? await File.ReadAllLinesAsync(RecoveryLog(member)) : [];
        return lines.Append(printed).LastOrDefault(line => line.Contains("Recovered position", StringComparison.Ordinal));
    }

    /// <summary>It hears none of the others, and is of no use soon; but it answers.</summary>
    public Task IsolateAsync(int member) => SetAsync(member, "gmcast.isolate=1");

    /// <summary>It comes back to the others.</summary>
    public Task JoinAsync(int member) => SetAsync(member, "gmcast.isolate=0");

    /// <summary>Who listens there.</summary>
    public int MemberAt(string address) => 1 + _places.ToList().FindIndex(place => place.Address == address);

    /// <summary>Waits until each of them takes writes, and has all the others.</summary>
    public async Task SyncedAsync()
    {
        for (var member = 1; member <= Size; member++)
            await SyncedAsync(member);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    async Task StartAllAsync()
    {
        var script = Path.Combine(_folder, $"wsrep_sst_{TransferName}");
        await File.WriteAllTextAsync(script, Transfer);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (transfer, name) = (FreePort.Next(), $"chat{Random.Shared.Next():x}");
        foreach (var place in _places)
            _members.Add(await MariaDbServer.CreateAsync(
                place with { Prefix = [.. place.Prefix, "env", $"PATH={_folder}:{Environment.GetEnvironmentVariable("PATH")}"] },
                "--wsrep-on=ON", $"--wsrep-provider={Library}", $"--wsrep-cluster-name={name}", $"--wsrep-node-name=db{_members.Count + 1}",
                $"--wsrep-node-address={place.Address}", $"--wsrep-cluster-address={Address}", $"--wsrep-sst-method={TransferName}",
                "--wsrep-slave-threads=2", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
                $"--wsrep-provider-options=base_port={_group};gmcast.listen_addr=tcp://{place.Address}:{_group};ist.recv_addr={place.Address}:{transfer};gcache.size=128M;"
                + "evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.25S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT5S"));

        // The first one is a cluster alone, so that its data has a place in the order of writes; then the others get a copy.
        await this[1].StartAsync(NewCluster);
        await using (var first = await this[1].OpenLocallyAsync())
            await first.ExecuteAsync($"CREATE USER {MariaDbServer.GuestUser}@'%'; GRANT ALL PRIVILEGES ON *.* TO {MariaDbServer.GuestUser}@'%'");
        await this[1].StopAsync();
        for (var member = 2; member <= Size; member++)
        {
            Directory.Delete(this[member].DataFolder, recursive: true);
            await Command.RunAsync("cp", "-r", this[1].DataFolder, this[member].DataFolder);
            File.Delete(Path.Combine(this[member].DataFolder, "galera.cache"));
            File.Delete(Path.Combine(this[member].DataFolder, "gvwstate.dat"));
        }

        await this[1].StartAsync(NewCluster);
        for (var member = 2; member <= Size; member++)
            await this[member].StartAsync();
        await SyncedAsync();
    }

    async Task SetAsync(int member, string option)
    {
        await using var connection = await this[member].OpenLocallyAsync();
        await connection.ExecuteAsync($"SET GLOBAL wsrep_provider_options = '{option}'");
    }

    async Task SyncedAsync(int member)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await IsSyncedAsync(member))
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"server {member} of the Galera cluster is not in it again after {Patience.TotalSeconds} s: {this[member].Log[^Math.Min(this[member].Log.Length, 4000)..]}");
            await Task.Delay(Poll);
        }
    }

    async Task<bool> IsSyncedAsync(int member)
    {
        try
        {
            await using var connection = await this[member].OpenLocallyAsync();
            var shown = (await connection.QueryAsync<(string Name, string Value)>(
                "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_local_state', 'wsrep_cluster_size')")).ToDictionary(each => each.Name, each => each.Value);
            return shown["wsrep_ready"] == "ON" && shown["wsrep_local_state"] == "4" && shown["wsrep_cluster_size"] == Size.ToString(CultureInfo.InvariantCulture);
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    string RecoveryLog(int member) => Path.Combine(this[member].DataFolder, "recovery.log");
}
