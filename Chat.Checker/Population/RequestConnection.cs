using System.Net;
using System.Text;

namespace Chat.Checker.Population;

/// <summary>A connection for one request after the other: accounts and groups before a run, the history after it.</summary>
sealed class RequestConnection : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly LeanConnection _connection;
    int _lastRef;

    RequestConnection(LeanConnection connection) => _connection = connection;

    public static async Task<RequestConnection> ConnectAsync(IPEndPoint node)
    {
        var connection = new RequestConnection(await LeanConnection.ConnectAsync(node, CancellationToken.None));
        await connection.AskAsync("\"msgid\":100,\"protocol\":2");
        return connection;
    }

    public async Task<int> RegisterAsync(string name) => (await AskAsync($"\"msgid\":4,\"name\":\"{name}\",\"password\":\"secret\"")).Id;

    public Task LogInAsync(int user) => AskAsync($"\"msgid\":1,\"id\":{user},\"password\":\"secret\"");

    public Task LogOutAsync() => AskAsync("\"msgid\":3");

    public async Task<int> CreateGroupAsync(string name) => (await AskAsync($"\"msgid\":8,\"groupname\":\"{name}\",\"groupdesc\":\"\"")).GroupId;

    public Task JoinGroupAsync(int group) => AskAsync($"\"msgid\":9,\"groupid\":{group}");

    /// <summary>Sends an object with these members and returns its answer.</summary>
    public async Task<ServerFrame> AskAsync(string members)
    {
        var number = ++_lastRef;
        _connection.TrySend(Encoding.UTF8.GetBytes($"{{{members},\"ref\":{number}}}\n"));
        var frame = new ServerFrame();
        while (true)
        {
            while (_connection.TryTakeLine(out var line))
            {
                FrameParser.Parse(line, frame);
                if (frame.Ref != number)
                    continue;
                return frame.Errno == 0 ? frame : throw new InvalidOperationException($"{members} was refused: errno {frame.Errno} {frame.Reason}");
            }

            if (!await _connection.ReceiveAsync().AsTask().WaitAsync(Patience))
                throw new InvalidOperationException($"the connection ended before the answer to {members}");
        }
    }

    public void Dispose() => _connection.Dispose();
}
