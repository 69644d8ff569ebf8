using System.Text;
using Chat.Checker.Checking;
using Chat.Checker.Wire;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>
/// A legacy client: no hello, no acknowledgements, no way to ask. It never closes a connection on which something may still
/// come: what the node has flushed counts as received. It finds the objects in what it reads: a busy machine may hand it two at
/// once, which legacy clients cannot take.
/// </summary>
sealed class LegacyDevice(RunServices services, DeviceAccount account) : Device(services, account)
{
    readonly ServerFrame _frame = new();
    ConnectionLog? _log;
    bool _isLeaving;

    public override bool IsModern => false;

    protected override bool Post(ConversationId conversation)
    {
        if (!IsOnline || _isLeaving)
            return false;
        var number = Services.Sent.Add(conversation, Account.User, Account.Device);
        var target = conversation.IsGroup
            ? $"\"groupid\":{conversation.B},\"id\":{Account.User},\"msg\":\"{ChaosText.Format(number)}\",\"msgid\":10,\"name\":\"{Account.Name}\",\"time\":\"2026-01-02 03:04:05\""
            : $"\"id\":{Account.User},\"msg\":\"{ChaosText.Format(number)}\",\"msgid\":6,\"name\":\"{Account.Name}\",\"time\":\"2026-01-02 03:04:05\",\"toid\":{conversation.Other(Account.User)}";
        Connection?.TrySend(Encoding.UTF8.GetBytes($"{{{target}}}\0"));
        return true;
    }

    protected override void OnConnected(WireConnection connection)
    {
        _isLeaving = false;
        connection.TrySend(Encoding.UTF8.GetBytes($"{{\"id\":{Account.User},\"msgid\":1,\"password\":\"secret\"}}"));
    }

    protected override void OnReceived(WireConnection connection)
    {
        while (connection.TryTake(out var json))
        {
            FrameParser.Parse(json, _frame);
            if (_frame.Kind == MessageKind.LoginAck)
                OnLoginAck(connection);
            else if (_frame.Kind is MessageKind.DirectChat or MessageKind.GroupChat)
                _log!.Pushes.Add(Sight(_frame));
        }
    }

    protected override void OnDisconnected() => _log = null;

    protected override void OnTick()
    {
    }

    protected override void Leave(WireConnection connection)
    {
        _isLeaving = true;
        connection.EndSending();
    }

    protected override void AddTo(Observations seen)
    {
        // it has nothing but what it saw
    }

    void OnLoginAck(WireConnection connection)
    {
        if (_frame.Errno != 0)
        {
            // A database that does not answer looks like a wrong password to it: what never logs in is found by what it misses.
            ReconnectAt(Now + 300);
            connection.EndSending();
            return;
        }

        _log = StartLog();
        IsOnline = true;
        foreach (var message in _frame.Messages)
            _log.Pushes.Add(Sight(message));
    }
}
