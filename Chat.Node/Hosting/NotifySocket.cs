using System.Globalization;
using System.Net.Sockets;
using Chat.Node.Settings;

namespace Chat.Node.Hosting;

/// <summary>The socket of the service manager that has started this process (systemd's <c>sd_notify</c>).</summary>
sealed class NotifySocket : IDisposable
{
    const string PathVariable = "NOTIFY_SOCKET";
    const string WatchdogVariable = "WATCHDOG_USEC";
    const string WatchdogProcessVariable = "WATCHDOG_PID";

    readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    NotifySocket(string path)
    {
        _socket.Blocking = false; // a manager that does not read holds nobody up
        _socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
    }

    /// <summary>After so long without a sign of life the manager ends the process; null: never.</summary>
    public TimeSpan? Watchdog { get; private init; }

    /// <summary>Null: nobody wants to hear anything.</summary>
    /// <param name="variable">Of the environment.</param>
    /// <exception cref="SettingsException">A variable is none that a service manager sets, or its socket is not there.</exception>
    public static NotifySocket? Open(Func<string, string?> variable)
    {
        if (variable(PathVariable) is not { Length: > 0 } path)
            return null;
        if (path.Length < 2 || path[0] is not ('/' or '@'))
            throw new SettingsException($"{PathVariable} is \"{path}\": expected is what systemd sets, a path or a name that begins with @");
        try
        {
            return new NotifySocket(path) { Watchdog = WatchdogOf(variable) };
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new SettingsException($"{PathVariable} is \"{path}\", and nobody listens there: {e.Message}");
        }
    }

    /// <exception cref="SocketException">It was not taken.</exception>
    public void Send(string state) => _socket.Send(System.Text.Encoding.UTF8.GetBytes(state));

    public void Dispose() => _socket.Dispose();

    static TimeSpan? WatchdogOf(Func<string, string?> variable)
    {
        if (variable(WatchdogVariable) is not { Length: > 0 } microseconds)
            return null;
        if (variable(WatchdogProcessVariable) is { Length: > 0 } process && process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            return null; // meant for another process of this service
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1000 and < 1_000_000_000_000
            ? TimeSpan.FromMicroseconds(value)
            : throw new SettingsException($"{WatchdogVariable} is \"{microseconds}\": expected is a number of microseconds, as systemd sets it");
    }
}
