using Akka.Actor;
using Chat.Node.Settings;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// Ends connections that do not log in or say nothing for too long. One look at all of them each second instead of a
/// timer for each.
/// </summary>
sealed class ConnectionReaper(SessionRegistry sessions, ChatLimits limits, TimeProvider clock) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Sweep();
        }
        catch (OperationCanceledException)
        {
            // the host is stopping
        }
    }

    void Sweep()
    {
        foreach (var (connection, actor) in sessions.All)
        {
            if (ReasonToClose(connection) is { } close)
                actor.Tell(close);
        }
    }

    CloseSession? ReasonToClose(SessionConnection connection)
    {
        if (connection is { IsLoggedIn: false, IsLoggingIn: false } && connection.WithoutLogin.TotalSeconds >= limits.LoginSeconds)
            return new CloseSession(CloseCode.LoginTimeout, $"no login within {limits.LoginSeconds} s");
        var idle = connection.IsModern ? limits.IdleSeconds : limits.LegacyIdleSeconds;
        return connection.Idle.TotalSeconds >= idle ? new CloseSession(CloseCode.Idle, $"nothing received for {idle} s") : null;
    }
}
