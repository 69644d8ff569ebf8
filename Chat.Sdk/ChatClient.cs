using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Chat.Protocol;
using ChatActors.Client.Connections;
using ChatActors.Client.Messages;

namespace ChatActors.Client;

/// <summary>
/// A user's connection to a chat server, kept up over lost connections and restarted servers. What it promises: a
/// message whose send has completed is stored; a send is repeated under the same id until then, and arrives once; the
/// user sees every message of every conversation once and in order.
/// <code>
/// await using var client = new ChatClient(new() { Endpoints = [new("chat.example.org")] });
/// await client.ConnectAsync();
/// var me = await client.LoginAsync("alice", password);
/// await client.SendToUserAsync(3, "hi");
/// await foreach (var chatEvent in client.ReadEventsAsync())
///     if (chatEvent is MessageReceived { Message: var message })
///         Console.WriteLine($"{message.SenderName}: {message.Text}");
/// </code>
/// All methods may be called from any thread, except that one loop at a time reads the events. Failures are
/// <see cref="ChatException"/>s. Requests that may be repeated are, for a while, when the connection fails under them or
/// the server asks for it.
/// </summary>
public sealed class ChatClient : IAsyncDisposable
{
    readonly ChatClientOptions _options;
    readonly ChatSession _session;
    readonly ConnectionKeeper _keeper;
    readonly Requester _requester;
    readonly CancellationTokenSource _stop = new();
    Task _catchingUp = Task.CompletedTask;
    bool _isDisposed;

    /// <summary>Does nothing yet: see <see cref="ConnectAsync"/>.</summary>
    public ChatClient(ChatClientOptions options)
    {
        if (options.Endpoints.Count == 0)
            throw new ArgumentException("there is no endpoint to connect to", nameof(options));
        _options = options;
        // Of this client alone, so that an id is never used twice for different messages, even after a restart.
        _session = new(options, new CmidSource(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), options.TimeProvider));
        _keeper = new(options, _session);
        _requester = new(_keeper, options);
        Conversations = new(_requester, _session.Watcher);
        Watching = new(_requester, _session.Watcher);
    }

    /// <summary>Whether there is a connection now.</summary>
    public bool IsConnected => _keeper.Current is not null;

    /// <summary>The id of the user who is logged in, if one is; also while reconnecting.</summary>
    public int? UserId => _keeper.UserId;

    /// <summary>Where the client is connected to, as it was configured.</summary>
    public ChatEndpoint? Endpoint => _keeper.Current?.Endpoint;

    /// <summary>The name of the server that the client is connected to: for people; clients cannot connect to it.</summary>
    public string? Node => _keeper.Current?.Hello.Node;

    /// <summary>Whether the server that the client is connected to lets messages be changed. Older servers refuse it (<see cref="ErrorCode.UnknownRequest"/>).</summary>
    public bool CanChangeMessages => _keeper.Current?.HasChanges ?? false;

    /// <summary>What the server that the client is connected to can do beyond version 2 of the protocol, such as <c>receipts</c>.</summary>
    public IReadOnlyList<string> Features => _keeper.Current?.Hello.Features ?? [];

    /// <summary>The list of the user's conversations, what the user makes of them, and how far others are.</summary>
    public ChatConversations Conversations { get; }

    /// <summary>Who is online and who types.</summary>
    public ChatWatching Watching { get; }

    /// <summary>Connects to the first endpoint that answers. From then on the client stays connected by itself.</summary>
    /// <exception cref="ChatConnectionException">None of them answers.</exception>
    /// <exception cref="ObjectDisposedException">The client was closed.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await _keeper.ConnectAsync(cancellationToken);
        _catchingUp = _session.CatchUp.RunAsync(_stop.Token);
    }

    /// <summary>Creates an account and returns its id. Not repeated by itself.</summary>
    public async Task<int> RegisterAsync(string name, string password, CancellationToken cancellationToken = default)
    {
        var connection = await _keeper.GetAsync(cancellationToken);
        return await connection.RequestAsync(
            new RegisterRequest(name, password), CreatedReply.ReadUserId, cancellationToken,
            _options.PasswordReplyTimeout);
    }

    /// <summary>
    /// Logs in by name. The password is kept in memory, for the case that a reconnect finds the token refused.
    /// </summary>
    public Task<LoginResult> LoginAsync(string name, string password, CancellationToken cancellationToken = default) =>
        _keeper.LogInAsync(new() { Name = name, Password = password }, cancellationToken);

    /// <summary>The same by id.</summary>
    public Task<LoginResult> LoginAsync(int userId, string password, CancellationToken cancellationToken = default) =>
        _keeper.LogInAsync(new() { UserId = userId, Password = password }, cancellationToken);

    /// <summary>
    /// Logs in with the token (JWT) that <see cref="ChatClientOptions.GetToken"/> gives. The client asks for another one before it expires, and keeps the
    /// session with it.
    /// </summary>
    public Task<LoginResult> LoginAsync(CancellationToken cancellationToken = default) => _keeper.LogInWithNewTokenAsync(cancellationToken);

    /// <summary>Logs in with the token of an earlier login, whose session it replaces.</summary>
    public Task<LoginResult> LoginWithTokenAsync(string token, CancellationToken cancellationToken = default) =>
        _keeper.LogInAsync(new() { Token = token }, cancellationToken);

    /// <summary>Logs out and revokes the token. Sends without an acknowledgement fail. The connection stays.</summary>
    public async Task LogoutAsync(CancellationToken cancellationToken = default)
    {
        RequireLogin();
        _session.Marks.Flush();
        _keeper.ForgetLogin();
        _session.Watcher.Forget();
        _session.Posts.FailAll(new ChatException(ErrorCode.NotLoggedIn, "logged out"));
        if (_keeper.Current is { } connection)
            await connection.RequestAsync(new LogoutRequest(), _ => true, cancellationToken);
    }

    /// <summary>
    /// Sends a message to a user and completes when it is acknowledged. Messages to one receiver arrive in the order of
    /// the calls. Cancelling stops the waiting; a message that is on its way may still arrive.
    /// </summary>
    public Task<SentMessage> SendToUserAsync(int userId, string text, CancellationToken cancellationToken = default) =>
        _session.Posts.SendAsync(ConversationId.Direct(RequireLogin(), userId), userId, text, MessageReferences.None, cancellationToken);

    /// <summary>The same for a group.</summary>
    public Task<SentMessage> SendToGroupAsync(int groupId, string text, CancellationToken cancellationToken = default)
    {
        RequireLogin();
        return _session.Posts.SendAsync(ConversationId.Group(groupId), groupId, text, MessageReferences.None, cancellationToken);
    }

    /// <summary>The same with what the message answers, in which thread it stands, and whom it mentions.</summary>
    public Task<SentMessage> SendAsync(ConversationId conversation, string text, MessageReferences references, CancellationToken cancellationToken = default) =>
        _session.Posts.SendAsync(conversation, conversation.IsGroup ? conversation.B : conversation.Other(RequireLogin()), text, references, cancellationToken);

    /// <summary>A message with files, to a user or a group: see <see cref="ChatClientFiles"/>.</summary>
    internal Task<SentMessage> SendAsync(bool isGroup, int targetId, string text, MessageReferences references, CancellationToken cancellationToken) =>
        SendAsync(isGroup ? ConversationId.Group(targetId) : ConversationId.Direct(RequireLogin(), targetId), text, references, cancellationToken);

    /// <summary>What <see cref="ChatClientFiles"/> needs of them.</summary>
    internal ChatClientOptions Options => _options;

    /// <summary>Adds somebody to the friends that a login lists.</summary>
    public Task AddFriendAsync(int userId, CancellationToken cancellationToken = default) =>
        RequestAsync(new AddFriendRequest(userId), _ => true, cancellationToken);

    /// <summary>Creates a group and returns its id. Not repeated by itself.</summary>
    public async Task<int> CreateGroupAsync(string name, string description = "", CancellationToken cancellationToken = default)
    {
        RequireLogin();
        var connection = await _keeper.GetAsync(cancellationToken);
        return await connection.RequestAsync(
            new CreateGroupRequest(name, description), ReadGroupId, cancellationToken);

        int ReadGroupId(JsonElement reply)
        {
            // Still in the connection's reader: the group's first message may be right behind.
            var groupId = CreatedReply.ReadGroupId(reply);
            _session.Inbox.Change(cursors => cursors.AddNewGroup(groupId));
            return groupId;
        }
    }

    /// <summary>Becomes a member of a group, or asks to.</summary>
    /// <returns>False: the user is no member yet, the group's creator or an admin has to accept first.</returns>
    public Task<bool> JoinGroupAsync(int groupId, CancellationToken cancellationToken = default) =>
        RequestAsync(new JoinGroupRequest(groupId), reply => !(reply.TryGetProperty("asked", out var asked) && asked.ValueKind == JsonValueKind.True), cancellationToken);

    /// <summary>The members of a group of the user's with ids above <paramref name="after"/>; a page has at most 500.</summary>
    public Task<ContactPage<MemberEntry>> ListMembersAsync(
        int groupId, int after = 0, int limit = 100, CancellationToken cancellationToken = default) =>
        RequestAsync(new ListMembersRequest(groupId, after, limit), reply => ListReply.ReadMembers(reply).ToPage(), cancellationToken);

    /// <summary>The same for the groups that the user is a member of.</summary>
    public Task<ContactPage<GroupSummary>> ListGroupsAsync(int after = 0, int limit = 100, CancellationToken cancellationToken = default) =>
        RequestAsync(new ListGroupsRequest(after, limit), reply => ListReply.ReadGroups(reply).ToPage(), cancellationToken);

    /// <summary>The same for the user's friends.</summary>
    public Task<ContactPage<FriendEntry>> ListFriendsAsync(int after = 0, int limit = 100, CancellationToken cancellationToken = default) =>
        RequestAsync(new ListFriendsRequest(after, limit), reply => ListReply.ReadFriends(reply).ToPage(), cancellationToken);

    /// <summary>
    /// Messages of a conversation after or before a number, else the newest; ascending. What this returns is not counted
    /// as received.
    /// </summary>
    public Task<HistoryPage> FetchHistoryAsync(
        ConversationId conversation, long? after = null, long? before = null, int limit = 100, CancellationToken cancellationToken = default) =>
        RequestAsync(
            new FetchHistoryRequest(conversation, after, before, limit),
            reply => WithOwnMarked(WireMapping.ReadHistory(reply)), cancellationToken);

    /// <summary>
    /// Gives an own message another text. This and the other changes may be repeated without harm, and are, over lost connections too. They need a server
    /// that knows of them (<see cref="CanChangeMessages"/>), and a message with a number.
    /// </summary>
    /// <exception cref="ChatException">
    /// <see cref="ErrorCode.Forbidden"/>: it is not the user's to change, or was recalled. <see cref="ErrorCode.TooLate"/>: the time for it is over.
    /// <see cref="ErrorCode.NotYours"/>: there is no such message, or the user takes no part in the conversation. <see cref="ErrorCode.TooLarge"/>.
    /// </exception>
    public Task<ChangeResult> EditAsync(ConversationId conversation, long seq, string text, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation, seq, ChangeKind.Edit, text), cancellationToken);

    /// <summary>Takes an own message back, or any message of a group that the user looks after: its text is gone.</summary>
    /// <inheritdoc cref="EditAsync" path="/exception" />
    public Task<ChangeResult> RecallAsync(ConversationId conversation, long seq, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation, seq, ChangeKind.Recall), cancellationToken);

    /// <summary>Reacts to a message with an emoji.</summary>
    /// <inheritdoc cref="EditAsync" path="/exception" />
    public Task<ChangeResult> ReactAsync(ConversationId conversation, long seq, string emoji, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation, seq, ChangeKind.React, emoji), cancellationToken);

    /// <summary>Takes a reaction back.</summary>
    /// <inheritdoc cref="EditAsync" path="/exception" />
    public Task<ChangeResult> UnreactAsync(ConversationId conversation, long seq, string emoji, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation, seq, ChangeKind.Unreact, emoji), cancellationToken);

    /// <summary>Pins a message in its conversation, for everybody, or (false) does so no longer. In a group those who look after it may.</summary>
    /// <inheritdoc cref="EditAsync" path="/exception" />
    public Task<ChangeResult> PinAsync(ConversationId conversation, long seq, bool isPinned = true, CancellationToken cancellationToken = default) =>
        ChangeAsync(new(conversation, seq, isPinned ? ChangeKind.Pin : ChangeKind.Unpin), cancellationToken);

    /// <summary>Tells that a person has read a conversation up to a number.</summary>
    public Task MarkReadAsync(ConversationId conversation, long seq, CancellationToken cancellationToken = default) =>
        RequestAsync(new ReadRequest(conversation, seq), _ => true, cancellationToken);

    /// <summary>The user's settings, the same on every device.</summary>
    public Task<UserSettings> GetSettingsAsync(CancellationToken cancellationToken = default) =>
        RequestAsync(new GetSettingsRequest(), SettingsFrames.Read, cancellationToken);

    /// <summary>
    /// Changes the settings, all that is named or nothing, and returns them as they are now. The user's other devices
    /// are told (<see cref="SettingsChanged"/>).
    /// </summary>
    public Task<UserSettings> ChangeSettingsAsync(SettingsChange change, CancellationToken cancellationToken = default) =>
        RequestAsync(new ChangeSettingsRequest(change), SettingsFrames.Read, cancellationToken);

    /// <summary>
    /// Everything that happens, until the client is disposed. An event counts as handed over when the loop gets it. While
    /// nobody reads, messages are left on the server beyond a limit, so a program that wants none must not read them.
    /// </summary>
    public async IAsyncEnumerable<ChatEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _session.Inbox.WaitAsync(cancellationToken))
        {
            while (_session.Inbox.TryTake(out var chatEvent))
            {
                if (chatEvent is ConversationRewound rewound)
                    _session.Watcher.Peers.Rewind(rewound.Conversation, rewound.To);
                yield return chatEvent;
            }
        }
    }

    /// <summary>How far the logged-in user has got, to be saved for the next run; null before the first login.</summary>
    public ChatClientState? GetState() => _session.Inbox.GetState();

    /// <summary>Tells the server what has been received and closes the connection. Sends without an acknowledgement fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _session.Marks.Flush();
        await _stop.CancelAsync();
        await _keeper.DisposeAsync();
        _session.Posts.FailAll(new ChatConnectionException("the client was closed"));
        try
        {
            await _catchingUp;
        }
        catch (OperationCanceledException)
        {
            // As it was told to.
        }

        _session.Inbox.Complete();
        _session.Dispose();
        _stop.Dispose();
    }

    int RequireLogin() => _requester.RequireLogin();

    internal HistoryPage WithOwnMarked(HistoryPage page) =>
        page with { Messages = [.. page.Messages.Select(message => message with { IsOwn = message.SenderId == UserId })] };

    internal Task<ChangeResult> ChangeAsync(ChangeMessageRequest request, CancellationToken cancellationToken) =>
        RequestAsync(request, WireMapping.ReadChange, cancellationToken);

    internal Task<T> RequestAsync<T>(Request request, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        _requester.RequestAsync(request, read, cancellationToken);
}
