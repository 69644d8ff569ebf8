using System.Diagnostics;
using Dapper;
using MySqlConnector;

namespace Chat.Checker.Processes;

/// <summary>
/// A private MariaDB: in a temporary folder, on a free port of the loopback, without a password. Never skipped: where it is
/// not installed whoever needs it fails and says so (test.sh installs it).
/// </summary>
sealed class MariaDbServer : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly string[] Paths = ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/libexec"];

    /// <summary>An empty data folder, made once: a server gets a copy of it.</summary>
    static readonly Lazy<Task<string>> Template = new(InstallTemplateAsync);

    static readonly Lazy<Task<MariaDbServer>> SharedServer = new(() => StartNewAsync());

    readonly string _folder;
    readonly MariaDbPlace _place;
    readonly string[] _options;
    Process? _shell;
    int _processId;

    MariaDbServer(string folder, MariaDbPlace place, string[] options) => (_folder, _place, _options) = (folder, place, options);

    /// <summary>A user without a password that may come from another address than the server's own.</summary>
    public const string GuestUser = "guest";

    /// <summary>The server of all tests that do no harm to theirs; it ends with this process.</summary>
    public static Task<MariaDbServer> SharedAsync() => SharedServer.Value;

    public int Port => _place.Port;

    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>What the server has printed.</summary>
    public string Log => File.ReadAllText(Path.Combine(_folder, "log"));

    /// <param name="options">More of the server's own options.</param>
    public static async Task<MariaDbServer> StartNewAsync(params string[] options)
    {
        var server = await CreateAsync(MariaDbPlace.OfItsOwn(), options);
        await server.StartAsync();
        return server;
    }

    /// <summary>A server that is not started yet.</summary>
    public static async Task<MariaDbServer> CreateAsync(MariaDbPlace place, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("chat-mariadb-").FullName;
        await Command.RunAsync("cp", "-r", await Template.Value, Path.Combine(folder, "data"));
        return Create(folder, place, options);
    }

    /// <summary>A server that listens at one more address of this machine, for <see cref="GuestUser"/>.</summary>
    public static async Task<MariaDbServer> StartAtAsync(string address, params string[] options)
    {
        var server = await StartNewAsync([$"--bind-address=127.0.0.1,{address}", .. options]);
        await server.ExecuteAsync($"CREATE USER {GuestUser}@'%'; GRANT ALL PRIVILEGES ON *.* TO {GuestUser}@'%'");
        return server;
    }

    /// <summary>A server whose tables have so much room and no more.</summary>
    public static async Task<MariaDbServer> StartSmallAsync(int megabytes)
    {
        // Not a small disk: MariaDB ends itself when its own files cannot grow. The undo log is apart, so that there is room to take back.
        string[] options = [$"--innodb-data-file-path=ibdata1:{megabytes}M", "--innodb-undo-tablespaces=3", "--innodb-file-per-table=0"];
        var folder = Directory.CreateTempSubdirectory("chat-mariadb-").FullName;
        await InstallAsync($"{folder}/data", options);
        var server = Create(folder, MariaDbPlace.OfItsOwn(), options);
        await server.StartAsync();
        return server;
    }

    public string ConnectionString(string? database, string more = "") =>
        $"Server={_place.Address};Port={Port};User ID={(_place.IsLocal ? "root" : GuestUser)};{(database is null ? "" : $"Database={database};")}{more}";

    /// <summary>A new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"chat_{Guid.NewGuid():n}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        return name;
    }

    /// <summary>Runs statements on a connection of its own.</summary>
    public async Task ExecuteAsync(string sql, string? database = null)
    {
        await using var connection = await OpenAsync(database);
        await connection.ExecuteAsync(sql, commandTimeout: 120);
    }

    public async Task<MySqlConnection> OpenAsync(string? database = null)
    {
        var connection = new MySqlConnection(ConnectionString(database, "Pooling=false;AllowUserVariables=true"));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>A connection as its administrator, past its network.</summary>
    public async Task<MySqlConnection> OpenLocallyAsync()
    {
        var connection = new MySqlConnection($"Server={_folder}/socket;Protocol=unix;User ID=root;Pooling=false;AllowUserVariables=true;Connection Timeout=5");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Starts it on the port and the data that it had before.</summary>
    /// <param name="options">More options, for this time.</param>
    public async Task StartAsync(params string[] options)
    {
        Launch(options);
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                await using var connection = await OpenLocallyAsync();
                await connection.ExecuteAsync("SELECT 1");
                return;
            }
            catch (MySqlException e) when (DateTime.UtcNow < deadline && IsRunning)
            {
                _ = e; // not up yet
                await Task.Delay(50);
            }
            catch (MySqlException e)
            {
                throw new InvalidOperationException($"MariaDB did not start: {Log}", e);
            }
        }
    }

    /// <summary>Runs the program on the data with options that make it end by itself.</summary>
    public Task<string> RunAsync(params string[] options) => Command.RunAsync("env", [.. _place.Prefix, .. Arguments(), .. options]);

    void Launch(string[] options)
    {
        // The shell outlives this process by a moment and takes the server with it, however this process ends.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            "-c", """log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & child=$!; echo $child; read line; kill -KILL $child; wait""", "sh",
            Path.Combine(_folder, "log"), .. _place.Prefix, .. Arguments(), .. options])
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
        _processId = int.Parse(_shell.StandardOutput.ReadLine()!);
    }

    IEnumerable<string> Arguments() =>
    [
        Find("mariadbd"), "--no-defaults", "--user=root", $"--datadir={DataFolder}", $"--port={Port}", $"--bind-address={_place.Address}",
        $"--socket={_folder}/socket", $"--pid-file={_folder}/pid", $"--tmpdir={_folder}", "--skip-name-resolve",
        "--innodb-buffer-pool-size=128M", "--innodb-log-file-size=32M", "--performance-schema=OFF", .. _options,
    ];

    /// <summary>As <c>kill -9</c>.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>As <c>kill</c>: in good order.</summary>
    public Task StopAsync() => EndAsync("TERM");

    /// <summary>It goes on living, but answers nothing.</summary>
    public Task FreezeAsync() => Command.RunAsync("kill", "-STOP", $"{_processId}");

    public Task ThawAsync() => Command.RunAsync("kill", "-CONT", $"{_processId}");

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    bool IsRunning => File.Exists($"/proc/{_processId}/stat") && !File.ReadAllText($"/proc/{_processId}/stat").Contains(") Z ", StringComparison.Ordinal);

    async Task EndAsync(string signal)
    {
        await Command.RunAsync("kill", $"-{signal}", $"{_processId}");
        var deadline = DateTime.UtcNow + Patience;
        while (IsRunning)
        {
            if (DateTime.UtcNow > deadline)
                throw new InvalidOperationException($"MariaDB did not end on {signal}");
            await Task.Delay(20);
        }

        _shell?.StandardInput.Close();
    }

    void Dispose()
    {
        if (IsRunning)
            Process.Start("kill", ["-KILL", $"{_processId}"]).WaitForExit();
        _shell?.StandardInput.Close();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // its last file may not be closed yet: the system's temporary folder is cleaned anyway
        }
    }

    static MariaDbServer Create(string folder, MariaDbPlace place, string[] options)
    {
        var server = new MariaDbServer(folder, place, options);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }

    static async Task<string> InstallTemplateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("chat-mariadb-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        await InstallAsync($"{folder}/data", []);
        return $"{folder}/data";
    }

    static Task<string> InstallAsync(string dataFolder, string[] options) => Command.RunAsync(
        Find("mariadb-install-db"),
        [
            "--no-defaults", "--user=root", $"--datadir={dataFolder}", "--auth-root-authentication-method=normal", "--skip-test-db",
            // One that starts removes what it finds of its kind in the machine's temporary folder, also what another one needs.
            $"--tmpdir={Path.GetDirectoryName(dataFolder)}", "--skip-name-resolve", "--innodb-log-file-size=32M", .. options,
        ]);

    static string Find(string program) =>
        Paths.Select(path => Path.Combine(path, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed: install the package mariadb-server-core (test.sh does)");
}
