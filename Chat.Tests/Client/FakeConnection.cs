using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Threading.Channels;
using Chat.Protocol;
using ChatActors.Client.Connections;

namespace Chat.Tests.Client;

/// <summary>One connection to a <see cref="FakeChatServer"/>.</summary>
sealed class FakeConnection(FakeChatServer server, Socket socket)
{
    readonly Channel<byte[]> _outbound = Channel.CreateUnbounded<byte[]>();
    readonly FakePosts _posts = new(server);
    WebSocket? _webSocket;
    (CloseCode Code, string Reason)? _closing;

    public int? UserId { get; private set; }

    /// <summary>Whether the client has asked for version 3 and got it.</summary>
    public bool HasChanges { get; private set; }

    FakeChatStore Store => server.Store;

    public async Task RunAsync()
    {
        Stream stream = new NetworkStream(socket);
        try
        {
            if (server.Certificate is { } certificate)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsServerAsync(certificate);
            }

            if (server.UsesWebSockets)
                stream = new WebSocketByteStream(_webSocket = await FakeWebSocket.AcceptAsync(stream));

            // Whichever ends first ends the other.
            await await Task.WhenAny(WriteAsync(stream), ReadAsync(stream));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // Closed by either side.
        }

        Close();
    }

    public void Send(byte[] frame)
    {
        if (!server.IsMute)
            _outbound.Writer.TryWrite(frame);
    }

    /// <summary>Behind what is on its way, and nothing comes behind it.</summary>
    public void Close(CloseCode code, string reason)
    {
        _closing = (code, reason);
        _outbound.Writer.TryWrite([]);
    }

    public void Close()
    {
        _outbound.Writer.TryComplete();
        server.Forget(this);
        socket.Dispose();
    }

    async Task WriteAsync(Stream stream)
    {
        var isClosed = false;
        await foreach (var frame in _outbound.Reader.ReadAllAsync())
        {
            if (isClosed)
                continue;
            if (frame.Length == 0 && _closing is { } closing)
            {
                isClosed = true;
                await _webSocket!.CloseOutputAsync((WebSocketCloseStatus)closing.Code, closing.Reason, CancellationToken.None);
                continue;
            }

            await stream.WriteAsync(frame);
            await stream.FlushAsync();
        }
    }

    async Task ReadAsync(Stream stream)
    {
        var reader = PipeReader.Create(stream);
        var frames = new FrameReader(server.MaxFrameBytes);
        while (true)
        {
            var result = await reader.ReadAsync();
            var buffer = result.Buffer;
            while (frames.Read(ref buffer, out var frame) == FrameStatus.Frame)
                Handle(RequestReader.Read(frame.ToArray(), frames.IsSpaced));
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                break;
        }
    }

    void Handle(Request request)
    {
        server.Requests.Add(request);
        switch (request)
        {
            case HelloRequest hello:
                HasChanges = hello.Protocol >= 3 && !server.IsOld;
                Send(ModernFrames.HelloAck(
                    default, $"fake-{server.Port}", server.Heartbeat, server.MaxFrameBytes, HasChanges ? 3 : 2, HasChanges ? server.Features : null));
                break;
            case RegisterRequest register when Store.FindUser(register.Name) is null:
                Send(ModernFrames.RegisterAck(register.Ref, Store.AddUser(register.Name)));
                break;
            case RegisterRequest:
                Send(ModernFrames.Failure(MessageKind.RegisterAck, request.Ref, ErrorCode.Rejected, "the name is taken"));
                break;
            case LoginRequest login:
                LogIn(login);
                break;
            case InvalidRequest invalid:
                Fail(invalid, invalid.Error);
                break;
            case PingRequest:
                Send(ModernFrames.Pong(request.Ref));
                break;
            default:
                if (UserId is { } user)
                    Handle(user, request);
                else
                    Fail(request, ErrorCode.NotLoggedIn);
                break;
        }
    }

    void Handle(int user, Request request)
    {
        switch (request)
        {
            case LogoutRequest:
                Store.RevokeTokens(user);
                UserId = null;
                Succeed(request);
                break;
            case SendMessageRequest send:
                _posts.Accept(this, user, send);
                break;
            case AddFriendRequest add when !Store.HasUser(add.FriendId):
                Fail(request, ErrorCode.NotFound);
                break;
            case CreateGroupRequest create:
                var groupId = Store.AddGroup(create.Name, user);
                Succeed(request, writer => writer.WriteNumber("groupid", groupId));
                break;
            case JoinGroupRequest join when !Store.Join(join.GroupId, user):
                Fail(request, ErrorCode.NotFound);
                break;
            case ReceivedRequest { Conversation: { } conversation } received when received.Seq > Store.Log(conversation).Count:
                Send(ModernFrames.Failure(request.Ref, ErrorCode.Malformed, "above the head", conversation, Store.Log(conversation).Count));
                break;
            case ReceivedRequest received:
                Store.MarkReceived(user, received);
                break;
            case GetSettingsRequest:
                Send(SettingsFrames.Reply(request.Ref, Store.SettingsOf(user).Settings, server.MaxFrameBytes));
                break;
            case ChangeSettingsRequest change:
                ChangeSettings(user, change);
                break;
            case ChangeMessageRequest or FetchChangesRequest or GetUsersRequest when !HasChanges:
                Fail(request, ErrorCode.UnknownRequest);
                break;
            case ListContactsRequest list:
                Send(Store.ContactsSince(list).ToBytes(request.Ref, server.MaxFrameBytes));
                break;
            case GetUsersRequest get:
                Send(new UsersReply(Store.FindUsers(get), HasMore: false).ToBytes(request.Ref, server.MaxFrameBytes));
                break;
            case ChangeMessageRequest change:
                ChangeMessage(user, change);
                break;
            case FetchChangesRequest fetch:
                Send(Store.ChangesSince(fetch, user).ToBytes(request.Ref, server.MaxFrameBytes));
                break;
            case GetReceiptsRequest or ListConversationsRequest or ChangeConversationRequest or WatchRequest or TypingRequest:
                server.Live.Handle(this, user, request, id => Store.Log(id) is [.., var last] ? last.ToPush() : []);
                break;
            case FetchHistoryRequest or SyncRequest when !Store.HasHistory:
                Fail(request, ErrorCode.HistoryOff);
                break;
            case FetchHistoryRequest fetch:
                FetchHistory(user, fetch);
                break;
            case SyncRequest sync:
                var (token, entries) = Store.Sync(user, sync.Since);
                Send(ModernFrames.Sync(request.Ref, token, entries, hasMore: false));
                break;
            default:
                Succeed(request);
                break;
        }
    }

    void ChangeMessage(int user, ChangeMessageRequest request)
    {
        if (server.ChangeRefusal != ErrorCode.None)
            Fail(request, server.ChangeRefusal);
        else if (server.TryChange(user, request) is { } reply)
            Send(reply.ToBytes(request.Ref));
    }

    void ChangeSettings(int user, ChangeSettingsRequest request)
    {
        if (server.ChangesToRefuse > 0)
        {
            server.ChangesToRefuse--;
            Fail(request, ErrorCode.Unavailable);
            return;
        }

        var state = Store.SettingsOf(user);
        var decision = state.Decide(request.Change);
        if (decision.Error != ErrorCode.None)
        {
            Fail(request, decision.Error);
            return;
        }

        foreach (var happened in decision.Events)
            state.Apply(happened);
        Send(SettingsFrames.Reply(request.Ref, state.Settings, server.MaxFrameBytes));
        server.SendToOthers(user, this, SettingsFrames.Changed(state.Settings, server.MaxFrameBytes));
    }

    void LogIn(LoginRequest login)
    {
        var user = login.Token is { } token
            ? server.RefuseTokens ? null : Store.FindToken(token)
            : login.Jwt is { } jwt ? Store.FindUser(jwt.Split('-')[0])
            : login.Password == "pw" ? login.Id ?? Store.FindUser(login.Name!) : null;
        if (user is null or 0)
        {
            Send(ModernFrames.Failure(MessageKind.LoginAck, login.Ref, ErrorCode.Rejected, "id or password is invalid!"));
            return;
        }

        UserId = user;
        Send(ModernFrames.LoginAck(
            login.Ref, user.Value, Store.NameOf(user.Value), Store.NewToken(user.Value), [new(9, "nina", true)],
            Store.GroupsOf(user.Value), server.MaxFrameBytes));
    }

    void FetchHistory(int user, FetchHistoryRequest fetch)
    {
        var rows = Store.Log(fetch.Conversation)
            .Where(row => !row.IsDeleted && row.Seq > (fetch.After ?? 0) && row.Seq < (fetch.Before ?? long.MaxValue)).ToList();
        var fromBack = fetch.After is null;
        var part = fromBack ? rows.TakeLast(fetch.Limit) : rows.Take(fetch.Limit);
        Send(ModernFrames.History(
            fetch.Ref, [.. part.Select(row => Store.StateOf(row.Conversation, row.Seq, user) is { } state ? state.AddTo(row.ToPush()) : row.ToPush())], fromBack, rows.Count > fetch.Limit, server.MaxFrameBytes));
    }

    void Succeed(Request request, Action<Utf8JsonWriter>? write = null)
    {
        if (!request.Ref.IsNone)
            Send(ModernFrames.Success(request.Ref, write));
    }

    public void Fail(Request request, ErrorCode error) =>
        Send(ModernFrames.Failure(MessageKind.Reply, request.Ref, error, $"the fake server says {error}"));
}
