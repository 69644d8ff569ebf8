using Chat.Client.Terminal;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.FullScreen;

/// <summary>
/// What the full screen shows: conversations, their messages, who is there. It is told what happens and knows no terminal and no connection. Pure; one thread.
/// </summary>
sealed class ChatModel(Contacts contacts)
{
    /// <summary>Conversations whose messages are kept; of the others they are fetched again.</summary>
    const int MaxTimelines = 50;

    readonly Dictionary<ConversationId, ConversationRow> _entries = [];
    readonly Dictionary<ConversationId, Timeline> _timelines = [];
    readonly List<ConversationId> _opened = []; // the latest last
    readonly Dictionary<ConversationId, PeerMarks> _peers = [];
    readonly Dictionary<int, PresenceState> _presence = [];
    readonly Dictionary<(ConversationId Conversation, int UserId), DateTimeOffset> _typing = [];

    public Contacts Contacts => contacts;

    /// <summary>Who is logged in; 0: nobody.</summary>
    public int UserId { get; private set; }

    /// <summary>Where the connection stands, in words.</summary>
    public string Connection { get; set; } = "connecting";

    public bool IsConnected { get; set; }

    public ConversationId? Selected { get; private set; }

    /// <summary>In the order in which they are shown.</summary>
    public IReadOnlyList<ConversationRow> Conversations => [.. _entries.Values
        .OrderByDescending(entry => entry.IsPinned).ThenByDescending(entry => entry.At).ThenBy(entry => entry.Id.ToString(), StringComparer.Ordinal)];

    /// <summary>Of those that may disturb.</summary>
    public long Unread => _entries.Values.Where(entry => !entry.IsMuted).Sum(entry => entry.Unread);

    public Timeline? Timeline => Selected is { } selected ? _timelines.GetValueOrDefault(selected) : null;

    public ConversationRow? Entry => Selected is { } selected ? _entries.GetValueOrDefault(selected) : null;

    public void LogIn(LoginResult login)
    {
        contacts.Learn(login);
        if (UserId == login.Id)
            return;
        if (UserId > 0)
            LogOut(); // what came while nobody was logged in is the new user's: messages may be faster than the answer to a login
        UserId = login.Id;
    }

    public void LogOut()
    {
        UserId = 0;
        Selected = null;
        _entries.Clear();
        _timelines.Clear();
        _opened.Clear();
        _peers.Clear();
        _presence.Clear();
        _typing.Clear();
    }

    /// <summary>The list as the server has it; what is on the screen is read.</summary>
    public void Show(IReadOnlyList<ListedConversation> listed)
    {
        foreach (var conversation in listed)
        {
            var entry = EntryOf(conversation.Summary.Conversation);
            entry.Take(conversation);
            if (conversation.Summary.Peer is { } peer)
                Advance(entry.Id, new(peer.Received, peer.Read));
            if (conversation.Last is { } last)
                contacts.Learn(last);
        }
    }

    /// <summary>Looks at a conversation; it is there from then on.</summary>
    public Timeline Open(ConversationId id)
    {
        Close();
        Selected = id;
        var entry = EntryOf(id);
        _opened.Remove(id);
        _opened.Add(id);
        if (_opened.Count > MaxTimelines)
        {
            _timelines.Remove(_opened[0]);
            _opened.RemoveAt(0);
        }

        if (!_timelines.TryGetValue(id, out var timeline))
            _timelines[id] = timeline = new();
        timeline.NewBehind = entry.Unread > 0 ? entry.Read : null;
        return timeline;
    }

    /// <summary>Looks at none.</summary>
    public void Close()
    {
        if (Timeline is { } left)
            left.NewBehind = null;
        Selected = null;
    }

    /// <summary>The user takes part in it no longer.</summary>
    public void Drop(ConversationId id)
    {
        if (Selected == id)
            Close();
        if (id.IsGroup)
            contacts.ForgetGroup(id.B);
        _entries.Remove(id);
        _timelines.Remove(id);
        _opened.Remove(id);
    }

    /// <summary>The next or the previous one in the list.</summary>
    public ConversationId? Neighbour(int step)
    {
        var all = Conversations;
        if (all.Count == 0)
            return null;
        var at = all.ToList().FindIndex(entry => entry.Id == Selected);
        return all[at < 0 ? 0 : (at + step + all.Count) % all.Count].Id;
    }

    public Timeline? TimelineOf(ConversationId id) => _timelines.GetValueOrDefault(id);

    public ConversationRow EntryOf(ConversationId id)
    {
        if (!_entries.TryGetValue(id, out var entry))
            _entries[id] = entry = new(id);
        return entry;
    }

    /// <summary>Also an own one that was just confirmed.</summary>
    public void Note(ChatMessage message)
    {
        var entry = EntryOf(message.Conversation);
        if (message.Seq >= (entry.Last?.Seq ?? 0))
            entry.Last = message;
        entry.At = Math.Max(entry.At, message.Timestamp);
    }

    /// <summary>The user has seen everything of the conversation on the screen.</summary>
    /// <returns>The number to tell the server; null: nothing is new.</returns>
    public long? Read()
    {
        if (Timeline is not { IsLoaded: true } timeline || Entry is not { } entry || (timeline.LastSeq <= entry.Read && !entry.IsMarked))
            return null;
        entry.Clear(timeline.LastSeq);
        return timeline.LastSeq > 0 ? timeline.LastSeq : null;
    }

    public PeerMarks PeerOf(ConversationId id) => _peers.GetValueOrDefault(id);

    public PresenceState? PresenceOf(int userId) => _presence.TryGetValue(userId, out var state) ? state : null;

    public IReadOnlyList<int> TypingIn(ConversationId id, DateTimeOffset now) =>
        [.. _typing.Where(typing => typing.Key.Conversation == id && typing.Value > now).Select(typing => typing.Key.UserId).Order()];

    public string NameOf(int userId) => userId == UserId ? "you" : contacts.NameOf(userId);

    public string NameOf(ConversationId id) => contacts.NameOf(id, UserId);

    /// <param name="chatEvent">What has happened.</param>
    /// <param name="isSeen">Whether the user sees the newest messages of the conversation on the screen.</param>
    /// <param name="now">When.</param>
    public void Apply(ChatEvent chatEvent, bool isSeen, DateTimeOffset now)
    {
        switch (chatEvent)
        {
            case MessageReceived { Message: var message }:
                Receive(message, isSeen);
                break;
            case MessageChanged changed:
                _timelines.GetValueOrDefault(changed.Conversation)?.Change(changed, UserId);
                if (_entries.GetValueOrDefault(changed.Conversation) is { Last: { } last } entry)
                    entry.Last = last.With(changed, UserId);
                break;
            case ConversationRewound rewound:
                _timelines.GetValueOrDefault(rewound.Conversation)?.Rewind(rewound.To);
                break;
            case ReceiptReceived receipt:
                Advance(receipt.Conversation, new(receipt.Received, receipt.Read));
                break;
            case PresenceChanged presence:
                foreach (var user in presence.Users)
                    _presence[user.UserId] = user.State;
                break;
            case TypingChanged { IsOn: true } typing:
                _typing[(typing.Conversation, typing.UserId)] = now + typing.Expires;
                break;
            case TypingChanged typing:
                _typing.Remove((typing.Conversation, typing.UserId));
                break;
            case ConversationChanged changed:
                Change(changed);
                break;
            case ConversationRead read:
                _entries.GetValueOrDefault(read.Conversation)?.ReadElsewhere(read.Read);
                break;
            case GroupChanged { Change: { Change: GroupChangedPush.Removed or GroupChangedPush.Banned or GroupChangedPush.Deleted } change }:
                Drop(ConversationId.Group(change.GroupId));
                break;
            case GroupChanged { Change: { Change: GroupChangedPush.Added } change }:
                EntryOf(ConversationId.Group(change.GroupId));
                break;
            case SettingsChanged { Settings: var settings }:
                Show(settings);
                break;
            case ConnectionLost lost:
                (IsConnected, Connection) = (false, $"connection lost ({lost.Reason}), reconnecting");
                _presence.Clear();
                break;
            case Reconnected reconnected:
                (IsConnected, Connection) = (true, $"{reconnected.Endpoint}");
                break;
            case LoggedOut:
                LogOut();
                break;
        }
    }

    /// <summary>What is pinned and muted.</summary>
    public void Show(UserSettings settings)
    {
        foreach (var entry in _entries.Values)
            (entry.IsPinned, entry.IsMuted) = (settings.Pinned.Contains(entry.Id), settings.Muted.Contains(entry.Id));
    }

    void Receive(ChatMessage message, bool isSeen)
    {
        contacts.Learn(message);
        _typing.Remove((message.Conversation, message.SenderId));
        _timelines.GetValueOrDefault(message.Conversation)?.Add(message);
        var entry = EntryOf(message.Conversation);
        Note(message);
        entry.Count(message, UserId, isSeen && message.Conversation == Selected);
    }

    void Advance(ConversationId id, PeerMarks marks)
    {
        var known = PeerOf(id);
        _peers[id] = new(Math.Max(known.Received, marks.Received), Math.Max(known.Read, marks.Read));
    }

    void Change(ConversationChanged changed)
    {
        if (changed.IsArchived)
        {
            if (Selected == changed.Conversation)
                Close();
            _entries.Remove(changed.Conversation); // it is in the other list
            return;
        }

        var entry = EntryOf(changed.Conversation);
        entry.IsMarked = changed.IsMarked;
        if (Selected != changed.Conversation)
            entry.Draft = changed.Draft;
        if (changed.Floor > 0)
            _timelines.GetValueOrDefault(changed.Conversation)?.Clear(changed.Floor);
    }
}
