using Chat.Checker.Wire;

namespace Chat.Checker.Population;

/// <summary>A modern client's way to its server: the requests that have no reply yet, and the refusals that no repetition helps against.</summary>
sealed class DeviceLine(RunServices services, DeviceAccount account)
{
    public const int LoginRef = 1;
    public const int SyncRef = 2;
    public const int PingRef = 3;
    public const int HelloRef = 4;
    public const int FirstHistoryRef = 10;
    public const int FirstPostRef = 1_000_000;

    /// <summary>A reply that is later than this means that the connection is dead.</summary>
    public const long LateMilliseconds = 3000;

    /// <summary>When they were made. Messages are counted elsewhere: <see cref="DevicePosts"/>.</summary>
    readonly Dictionary<long, long> _asked = [];
    readonly List<string> _refusals = [];
    WireConnection? _connection;

    public DeviceAccount Account => account;

    public RunServices Services => services;

    public long Now => services.Clock.Now;

    public IReadOnlyList<string> Refusals => _refusals;

    public long LastSent { get; private set; }

    /// <summary>The server goes away: the client leaves then.</summary>
    public long? LeavesAt { get; set; }

    public bool IsLate => _asked.Values.Any(at => Now - at > LateMilliseconds);

    public void Connect(WireConnection connection) => (_connection, LeavesAt) = (connection, null);

    public void Disconnect()
    {
        _connection = null;
        _asked.Clear();
    }

    public bool IsAsked(long reference) => _asked.ContainsKey(reference);

    /// <summary>Notes that a reply is due; the request may take so much longer than others.</summary>
    public void NoteAsked(long reference, long extraMilliseconds = 0) => _asked[reference] = Now + extraMilliseconds;

    public void NoteAnswered(long reference) => _asked.Remove(reference);

    public void Send(ReadOnlySpan<byte> bytes)
    {
        LastSent = Now;
        _connection?.TrySend(bytes);
    }

    /// <summary>The connection is given up: the client begins anew.</summary>
    public void Abort() => _connection?.Abort();

    public void NoteRefused(string what, ServerFrame frame) =>
        _refusals.Add($"{account.Name} (user {account.User}), {what}, at {services.Clock.TimeOfDay(Now)}: errno {frame.Errno} {frame.Reason}");
}
