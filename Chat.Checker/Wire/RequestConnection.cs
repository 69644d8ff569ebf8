using System.Net;
using Chat.Checker.Population;
using Chat.Protocol;

namespace Chat.Checker.Wire;

/// <summary>A modern connection for one request after the other: accounts and groups before a run, the history after it.</summary>
sealed class RequestConnection : IDisposable
{
    const string Password = "secret";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly WireConnection _connection;
    int _lastRef;

    RequestConnection(WireConnection connection) => _connection = connection;

    public static async Task<RequestConnection> ConnectAsync(IPEndPoint node)
    {
        var connection = new RequestConnection(await WireConnection.ConnectAsync(node, isModern: true, isWebSocket: false, CancellationToken.None));
        await connection.AskAsync(new HelloRequest(ModernFrames.ProtocolVersion, "chaos/1"));
        return connection;
    }

    public async Task<int> RegisterAsync(string name) => (await AskAsync(new RegisterRequest(name, Password))).Id;

    public Task LogInAsync(int user) => AskAsync(new LoginRequest(user, null, Password, null));

    public Task LogOutAsync() => AskAsync(new LogoutRequest());

    public async Task<int> CreateGroupAsync(string name) => (await AskAsync(new CreateGroupRequest(name, ""))).GroupId;

    public Task JoinGroupAsync(int group) => AskAsync(new JoinGroupRequest(group));

    /// <summary>Sends a request and returns its answer.</summary>
    public async Task<ServerFrame> AskAsync(Request request)
    {
        var number = ++_lastRef;
        _connection.TrySend(request.ToBytes(number));
        var frame = new ServerFrame();
        while (true)
        {
            while (_connection.TryTake(out var line))
            {
                FrameParser.Parse(line, frame);
                if (frame.Ref != number)
                    continue;
                return frame.Errno == 0 ? frame : throw new InvalidOperationException($"{request} was refused: errno {frame.Errno} {frame.Reason}");
            }

            if (!await _connection.ReceiveAsync().AsTask().WaitAsync(Patience))
                throw new InvalidOperationException($"the connection ended before the answer to {request}");
        }
    }

    public void Dispose() => _connection.Dispose();
}
