using Chat.Checker.Checking;
using Chat.Checker.Wire;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>
/// A modern client as the protocol asks for: reconnects anywhere with its token, catches up with 108 and 107, repeats what was not
/// answered, in order, takes a reply that is 3 s late for a dead connection.
/// </summary>
sealed partial class ModernDevice(RunServices services, DeviceAccount account) : Device(services, account)
{
    const int LoginRef = 1;
    const int SyncRef = 2;
    const int PingRef = 3;
    const int HelloRef = 4;
    const int FirstHistoryRef = 10;
    const int FirstPostRef = 1_000_000;
    const long LateMilliseconds = 3000;

    /// <summary>A login may wait for the database and for an actor that is just being moved.</summary>
    const long LateLoginMilliseconds = 6000;
    const long PingMilliseconds = 2000;
    const long MarkMilliseconds = 1000;

    readonly ServerFrame _frame = new();

    /// <summary>Requests other than messages that have no reply yet, and when they were made.</summary>
    readonly Dictionary<long, long> _asked = [];
    readonly List<string> _refusals = [];
    string _token = "";
    ConnectionLog? _log;
    long _lastSent;
    long _lastMarks;
    long? _leavesAt;

    public override bool IsModern => true;

    protected override void OnConnected(WireConnection connection)
    {
        _log = null;
        _leavesAt = null;
        _asked[HelloRef] = Now;
        _asked[LoginRef] = Now + LateLoginMilliseconds - LateMilliseconds;
        var login = _token.Length > 0 ? new LoginRequest(null, null, null, _token) : new LoginRequest(Account.User, null, "secret", null);
        SendBytes([.. new HelloRequest(ModernFrames.ProtocolVersion, "chaos/1").ToBytes(), .. login.ToBytes(LoginRef)]);
    }

    protected override void OnReceived(WireConnection connection)
    {
        while (connection.TryTake(out var line))
        {
            FrameParser.Parse(line, _frame);
            OnFrame(_frame);
        }
    }

    protected override void OnDisconnected()
    {
        foreach (var window in _windows.Values)
            window.Disconnect();
        _asked.Clear();
        _histories.Clear();
        if (_leavesAt is { } at)
            ReconnectAt(at);
    }

    protected override void OnTick()
    {
        var now = Now;
        if (Connection is null)
            return;
        if (now >= _leavesAt || _asked.Values.Any(at => now - at > LateMilliseconds)
            || _windows.Values.Any(window => now - LateMilliseconds > window.OldestSentAt))
        {
            Connection.Abort();
            return;
        }

        if (!IsOnline)
            return;
        foreach (var (conversation, window) in _windows)
            SendDue(conversation, window);
        FillHoles(now);
        if (now - _lastMarks >= MarkMilliseconds)
            SendMarks(now);
        if (now - _lastSent < PingMilliseconds || _asked.ContainsKey(PingRef))
            return;
        _asked[PingRef] = now;
        SendBytes(new PingRequest().ToBytes(PingRef));
    }

    /// <summary>A modern client may close when it likes: the history has what it misses.</summary>
    protected override void Leave(WireConnection connection) => connection.Abort();

    protected override void AddTo(Observations seen)
    {
        seen.Acknowledgements.AddRange(_acknowledgements);
        seen.Refusals.AddRange(_refusals);
        seen.Unanswered.AddRange(_windows.Values.SelectMany(window => window.Numbers));
    }

    void OnFrame(ServerFrame frame)
    {
        switch (frame.Kind)
        {
            case MessageKind.DirectChat or MessageKind.GroupChat:
                OnPush(frame);
                break;
            case MessageKind.Reply when frame.Ref >= FirstPostRef:
                OnPostReply(frame);
                break;
            case MessageKind.Reply when frame.Ref == SyncRef:
                OnSync(frame);
                break;
            case MessageKind.Reply:
                OnHistory(frame);
                break;
            case MessageKind.LoginAck:
                OnLoginAck(frame);
                break;
            case MessageKind.HelloAck:
                _asked.Remove(HelloRef);
                break;
            case MessageKind.Pong:
                _asked.Remove(PingRef);
                break;
            case MessageKind.GoAway:
                _leavesAt = Now + frame.After;
                break;
        }
    }

    void OnLoginAck(ServerFrame frame)
    {
        _asked.Remove(LoginRef);
        if (frame.Errno != 0)
        {
            if (!frame.CanRetry)
            {
                Refused($"login{(_token.Length > 0 ? " by token" : "")}", frame);
                _token = "";
            }

            ReconnectAt(Now + 200);
            Connection!.Abort();
            return;
        }

        _token = frame.Token;
        _log = StartLog();
        IsOnline = true;
        AskForSync();
        foreach (var (conversation, window) in _windows)
            SendDue(conversation, window);
    }

    void Refused(string what, ServerFrame frame) =>
        _refusals.Add($"{Account.Name} (user {Account.User}), {what}, at {Services.Clock.TimeOfDay(Now)}: errno {frame.Errno} {frame.Reason}");

    void SendBytes(ReadOnlySpan<byte> bytes)
    {
        _lastSent = Now;
        Connection?.TrySend(bytes);
    }
}
