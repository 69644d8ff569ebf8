using Chat.Checker.Checking;
using Chat.Checker.Wire;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>
/// A modern client as the protocol asks for: reconnects anywhere with its token, catches up with 108 and 107, repeats what was not
/// answered, in order, takes a reply that is 3 s late for a dead connection.
/// </summary>
sealed class ModernDevice : Device
{
    /// <summary>A login may wait for the database and for an actor that is just being moved: so much longer than other requests.</summary>
    const long ExtraLoginMilliseconds = 3000;

    const long PingMilliseconds = 2000;

    readonly ServerFrame _frame = new();
    readonly DeviceLine _line;
    readonly DeviceHistory _history;
    readonly DevicePosts _posts;
    string _token = "";

    /// <param name="services">What all clients share.</param>
    /// <param name="account">Whose client it is.</param>
    /// <param name="acknowledged">Is told when an acknowledgement comes; milliseconds of the run.</param>
    public ModernDevice(RunServices services, DeviceAccount account, Action<long>? acknowledged = null)
        : base(services, account)
    {
        _line = new DeviceLine(services, account);
        _history = new DeviceHistory(_line, Sight);
        _posts = new DevicePosts(_line, _history, acknowledged);
    }

    public override bool IsModern => true;

    /// <summary>How long this client waited for acknowledgements, for each conversation; read when the load has ended.</summary>
    public IReadOnlyDictionary<ConversationId, SilenceMeter> Meters => _posts.Meters;

    /// <inheritdoc cref="DeviceHistory.HolesFilled" />
    public int HolesFilled => _history.HolesFilled;

    protected override bool Post(ConversationId conversation) => _posts.TryAdd(conversation, BackAt, IsOnline);

    protected override void OnConnected(WireConnection connection)
    {
        _line.Connect(connection);
        _history.OnConnected();
        _line.NoteAsked(DeviceLine.HelloRef);
        _line.NoteAsked(DeviceLine.LoginRef, ExtraLoginMilliseconds);
        var login = _token.Length > 0 ? new LoginRequest(null, null, null, _token) : new LoginRequest(Account.User, null, "secret", null);
        _line.Send([.. new HelloRequest(ModernFrames.ProtocolVersion, "chaos/1").ToBytes(), .. login.ToBytes(DeviceLine.LoginRef)]);
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
        _posts.OnDisconnected();
        _history.OnDisconnected();
        _line.Disconnect();
        if (_line.LeavesAt is { } at)
            ReconnectAt(at);
    }

    protected override void OnTick()
    {
        if (Connection is null)
            return;
        if (Now >= _line.LeavesAt || _line.IsLate || _posts.AreLate)
        {
            _line.Abort();
            return;
        }

        if (!IsOnline)
            return;
        _posts.SendDue();
        _history.OnTick();
        if (Now - _line.LastSent < PingMilliseconds || _line.IsAsked(DeviceLine.PingRef))
            return;
        _line.NoteAsked(DeviceLine.PingRef);
        _line.Send(new PingRequest().ToBytes(DeviceLine.PingRef));
    }

    /// <summary>A modern client may close when it likes: the history has what it misses.</summary>
    protected override void Leave(WireConnection connection) => connection.Abort();

    protected override void AddTo(Observations seen)
    {
        seen.Acknowledgements.AddRange(_posts.Acknowledgements);
        seen.Refusals.AddRange(_line.Refusals);
        seen.Unanswered.AddRange(_posts.Unanswered);
    }

    void OnFrame(ServerFrame frame)
    {
        switch (frame.Kind)
        {
            case MessageKind.DirectChat or MessageKind.GroupChat:
                _history.OnPush(frame);
                break;
            case MessageKind.Reply when frame.Ref >= DeviceLine.FirstPostRef:
                _posts.OnReply(frame, BackAt);
                break;
            case MessageKind.Reply when frame.Ref == DeviceLine.SyncRef:
                _history.OnSync(frame);
                break;
            case MessageKind.Reply:
                _history.OnHistory(frame);
                break;
            case MessageKind.LoginAck:
                OnLoginAck(frame);
                break;
            case MessageKind.HelloAck:
                _line.NoteAnswered(DeviceLine.HelloRef);
                break;
            case MessageKind.Pong:
                _line.NoteAnswered(DeviceLine.PingRef);
                break;
            case MessageKind.GoAway:
                _line.LeavesAt = Now + frame.After;
                break;
        }
    }

    void OnLoginAck(ServerFrame frame)
    {
        _line.NoteAnswered(DeviceLine.LoginRef);
        if (frame.Errno != 0)
        {
            if (!frame.CanRetry)
            {
                _line.NoteRefused($"login{(_token.Length > 0 ? " by token" : "")}", frame);
                _token = "";
            }

            ReconnectAt(Now + 200);
            _line.Abort();
            return;
        }

        _token = frame.Token;
        IsOnline = true;
        _history.Start(StartLog());
        _posts.SendDue();
    }
}
