using System.Net.Sockets;
using Akka.Actor;
using Chat.Node.Cluster;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>
/// Tells systemd that the node is ready once it is, that it ends, and in between that it lives: that threads of the pool run, and actors answer. A
/// database that is away is no reason to end.
/// </summary>
/// <param name="socket">Where it is told.</param>
/// <param name="isReady">Whether the node can be used.</param>
/// <param name="answersAsync">Whether the node does anything at all, within a time.</param>
/// <param name="lifetime">Of the process.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For what systemd does not take.</param>
sealed class ServiceNotifier(
    NotifySocket socket, Func<bool> isReady, Func<TimeSpan, Task<bool>> answersAsync, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ServiceNotifier> logger)
    : BackgroundService
{
    /// <summary>So often it is looked whether the node is ready; signs of life come at least as often as systemd asks for.</summary>
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    bool _isReady;
    bool _isRefused;

    /// <summary>Three signs of life in the time in which one has to come.</summary>
    TimeSpan Pause => socket.Watchdog is { } limit && limit / 3 < LongestPause ? limit / 3 : LongestPause;

    /// <summary>One look at the node.</summary>
    public async Task LookAsync()
    {
        if (!_isReady && isReady())
        {
            _isReady = true;
            Tell("READY=1\nSTATUS=at work");
        }

        // Whoever ends has systemd's time to stop, and its actors end before it.
        if (_isReady && socket.Watchdog is { } limit && (lifetime.ApplicationStopping.IsCancellationRequested || await answersAsync(limit / 3)))
            Tell("WATCHDOG=1");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(() => Tell("STOPPING=1\nSTATUS=draining"));
        using var timer = new PeriodicTimer(Pause, clock);
        try
        {
            do
                await LookAsync();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the last of the services ends
        }
    }

    void Tell(string state)
    {
        try
        {
            socket.Send(state);
            _isRefused = false;
        }
        catch (SocketException e)
        {
            if (!_isRefused)
                ServiceLog.Refused(logger, state.Split('\n')[0], e.Message);
            _isRefused = true;
        }
    }
}

/// <summary>The node as a service of systemd, where it is one.</summary>
static class ServiceHosting
{
    /// <summary>Before everything else: it ends last.</summary>
    public static IServiceCollection AddServiceManager(this IServiceCollection services, Func<string, string?> variable)
    {
        if (NotifySocket.Open(variable) is not { } socket)
            return services;
        services.AddSingleton(_ => socket);
        return services.AddHostedService(provider =>
        {
            var (state, lease) = (provider.GetRequiredService<NodeState>(), provider.GetRequiredService<NodeLease>());
            return new ServiceNotifier(
                socket, () => state.Phase == NodePhase.Up && lease.IsHeld, patience => AnswersAsync(provider.GetRequiredService<ActorSystem>(), patience),
                provider.GetRequiredService<IHostApplicationLifetime>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ServiceNotifier>>());
        });
    }

    /// <summary>An actor that has little to do: if it is not asked in time, nobody is.</summary>
    static async Task<bool> AnswersAsync(ActorSystem system, TimeSpan patience)
    {
        try
        {
            await system.ActorSelection($"/system/{FigureTeller.Name}").Ask<ActorIdentity>(new Identify(null), patience);
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }
}
