using System.Net;
using System.Runtime.InteropServices;
using Chat.Node.Api;
using Chat.Node.Cluster;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Telemetry;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Chat.Node.Hosting;

/// <summary>Puts a node together and runs it.</summary>
static class ChatHost
{
    const int ExitWrongSettings = 2;
    public const int ExitCannotStart = 3;
    const int ExitRemoved = 4;
    const int ExitLeftovers = 5;

    /// <summary>Returns the process's exit code.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="replace">For tests: what takes the place of services.</param>
    public static async Task<int> RunAsync(string[] args, Action<IServiceCollection>? replace = null)
    {
        NodeState? state = null;
        using var told = new CancellationTokenSource();
        using var terminate = OnSignal(PosixSignal.SIGTERM, told); // before anything that takes its time
        using var interrupt = OnSignal(PosixSignal.SIGINT, told);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true); // it would end the process while nobody reads settings again: at both ends
        try
        {
            if (args.Contains(SettingsPrint.Argument, StringComparer.Ordinal))
                return await PrintSettingsAsync([.. args.Where(argument => argument != SettingsPrint.Argument)]);
            var app = Build(args, replace: replace);
            state = app.Services.GetRequiredService<NodeState>();
            await app.StartChatAsync(told.Token);
            await app.WaitForShutdownAsync();
            await app.DisposeAsync();
            return ExitCodeOf(state);
        }
        catch (OperationCanceledException)
        {
            return ExitCodeOf(state); // told to end, or removed, before it had started
        }
        catch (Exception e) when (e is SettingsException or SettingsDifferException)
        {
            await LastWords.SayAsync($"ChatActors cannot start: {e.Message}");
            return ExitWrongSettings;
        }
        catch (Exception e) // a port, the database, the cluster: whatever it is, it ends here with one line
        {
            await LastWords.SayAsync($"ChatActors cannot start: {ReasonOf(e)}");
            return state?.Phase == NodePhase.Removed ? ExitRemoved : ExitCannotStart;
        }
    }

    /// <summary>Says what the node would be started with, or why it could not, and starts nothing.</summary>
    static async Task<int> PrintSettingsAsync(string[] args)
    {
        HostSettings.CheckCommandLine(args);
        var configuration = (IConfigurationRoot)CreateBuilder(args).Configuration;
        HostSettings.Check(configuration);
        var settings = ChatSettings.Read(configuration);
        StartCheck.Run(configuration, settings, TimeProvider.System);
        using (NotifySocket.Open(Environment.GetEnvironmentVariable))
        {
            // it can be reached
        }

        foreach (var line in SettingsPrint.Lines(configuration))
            await Console.Out.WriteLineAsync(LogText.OneLine(line));
        return 0;
    }

    /// <summary>What lies under "one or more errors occurred".</summary>
    static string ReasonOf(Exception e) => e is AggregateException aggregate ? ReasonOf(aggregate.GetBaseException()) : e.Message;

    /// <summary>The host itself listens only once it starts.</summary>
    static PosixSignalRegistration OnSignal(PosixSignal signal, CancellationTokenSource told) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        told.Cancel();
    });

    static int ExitCodeOf(NodeState? state) => state switch
    {
        { Phase: NodePhase.Removed } => ExitRemoved,
        { HasLeftovers: true } => ExitLeftovers,
        _ => 0,
    };

    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static WebApplication Build(string[] args, string? extraHocon = null, Action<IServiceCollection>? replace = null)
    {
        HostSettings.CheckCommandLine(args);
        var builder = CreateBuilder(args);
        HostSettings.Check(builder.Configuration);
        builder.Logging.AddChatLogging();
        var settings = ChatSettings.Read(builder.Configuration);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ListenForHealth(settings);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<TimeProvider>(new NodeClock(InjectedClock.FromEnvironment(), NodeClock.SystemUptime));
        builder.Services.AddSingleton(CrashPoints.FromEnvironment());
        builder.Services.AddServiceManager(Environment.GetEnvironmentVariable);
        builder.Services.AddHealthChecks();
        builder.Services.AddChatTelemetry(settings, builder.Configuration[TelemetryHosting.CollectorVariable]);
        builder.Services.AddChatStorage(settings);
        builder.Services.AddChatAuth(settings);
        builder.Services.AddChatGateway(settings);
        builder.Services.AddChatCluster(settings);
        builder.Services.AddChatSearch(settings);
        builder.Services.AddChatFiles(settings);
        builder.Services.AddChatRetention(settings);
        builder.Services.AddChatWebhooks(settings);
        builder.Services.AddChatApi(settings);
        builder.Services.AddChatErasure(settings);
        builder.Services.AddChatReload(builder.Configuration, () => ReadAgain(args));
        builder.Services.AddChatBridge(settings);
        builder.Services.AddChatActors(settings, extraHocon);
        builder.Services.AddHostedService<NodeLifecycle>();
        builder.Services.AddHostedService<MemoryTrim>();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseQuestionPlaces();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("liveness") });
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapChatApi();
        app.MapOperatorPage();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        return app;
    }

    /// <summary>The settings as they are now. Nobody watches their files: each look would leave a watch of its own behind.</summary>
    internal static IConfigurationRoot ReadAgain(string[] args) => CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]).Configuration;

    static WebApplicationBuilder CreateBuilder(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
            {
                Args = args,
                ContentRootPath = AppContext.BaseDirectory, // appsettings.json lies beside the program
            });
            builder.Configuration.AddSettingsFile(Environment.GetEnvironmentVariable(SettingsFile.Variable));
            return builder;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(e.InnerException is { } cause ? $"{e.Message} {cause.Message}" : e.Message); // names the file, and the line
        }
    }

    /// <summary>Starts everything and says how to connect once the node can be used.</summary>
    /// <param name="app">The node.</param>
    /// <param name="stop">Told to end before there is anything to drain: while the database is waited for.</param>
    public static async Task StartChatAsync(this WebApplication app, CancellationToken stop = default)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Chat.Node");
        if (app.Services.GetRequiredService<ChatSettings>().LegacyPasswords)
            Log.PasswordsArePlain(logger);
        if (app.Services.GetRequiredService<CrashPoints>().Faults is { IsArmed: true } faults)
            Log.FaultsInjected(logger, faults.ToString());
        app.Services.ObserveChat();
        var settings = app.Services.GetRequiredService<ChatSettings>();
        app.Services.GetService<ClusterTls>(); // read here, where what is wrong with it ends the start
        app.Services.GetService<CertificateKeeper>()?.Load();
        await PortCheck.RunAsync(settings);
        if (settings is { IsClusterOpen: true, Unprotected: UnprotectedCluster.Warn })
            ClusterLog.Unprotected(logger, settings.IsClusterEverywhere ? $"{settings.Bind}" : settings.ClusterHostname);
        await app.Services.PrepareStorageAsync().WaitAsync(stop); // steps that are under way can be repeated, or are taken back
        await app.Services.PrepareFilesAsync().WaitAsync(stop);
        await using var stopping = stop.Register(app.Lifetime.StopApplication);
        await app.StartAsync(CancellationToken.None); // from here on the host itself hears signals, and ends in order
        app.Services.ObserveStreams();
        Log.Ready(
            logger, app.Services.GetRequiredService<WebListener>().Hint,
            string.Join(" and ", app.Services.GetRequiredService<ChatListener>().Endpoints),
            $"http://{new IPEndPoint(settings.Bind, settings.HttpPort)}/health/ready", settings.StorageName, ConnectHint(settings));
    }

    static string ConnectHint(ChatSettings settings) =>
        settings.Port == 6000 ? "dotnet run --project Chat.Client" : $"dotnet run --project Chat.Client -- --port {settings.Port}";
}
