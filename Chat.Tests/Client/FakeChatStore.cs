using System.Text;
using Chat.Node.Users;
using Chat.Protocol;

namespace Chat.Tests.Client;

/// <summary>What a cluster of <see cref="FakeChatServer"/>s shares: users, groups, logs, marks.</summary>
sealed class FakeChatStore
{
    readonly Lock _gate = new();
    readonly Dictionary<string, int> _users = [];
    readonly Dictionary<int, (string Name, HashSet<int> Members)> _groups = [];
    readonly Dictionary<ConversationId, List<StoredMessage>> _logs = [];
    readonly Dictionary<(int User, ConversationId Conversation), long> _received = [];
    readonly Dictionary<string, int> _tokens = [];
    readonly Dictionary<int, UserSettingsState> _settings = [];
    readonly List<long> _offlineAcks = [];
    readonly FakeChanges _changes = new();
    readonly Dictionary<ConversationId, int> _changedAt = [];
    long _clock = 1_795_410_443_000;
    int _version;

    public bool HasHistory { get; init; } = true;

    public IReadOnlyList<long> OfflineAcks
    {
        get
        {
            lock (_gate)
                return [.. _offlineAcks];
        }
    }

    /// <summary>The rules are the real ones.</summary>
    public UserSettingsState SettingsOf(int userId)
    {
        lock (_gate)
        {
            if (!_settings.TryGetValue(userId, out var settings))
                _settings[userId] = settings = new(userId);
            return settings;
        }
    }

    public int AddUser(string name)
    {
        lock (_gate)
        {
            _users.Add(name, _users.Count + 1);
            return _users.Count;
        }
    }

    public int? FindUser(string name)
    {
        lock (_gate)
            return _users.TryGetValue(name, out var id) ? id : null;
    }

    /// <summary>In the order of their changes.</summary>
    public List<UserContact> Contacts { get; } = [];

    public ContactsReply ContactsSince(ListContactsRequest request)
    {
        lock (_gate)
        {
            var page = Contacts.Select((contact, i) => (contact, i + 1L)).Skip((int)request.Since).Take(Math.Min(request.Limit, 2)).ToList();
            var rev = request.Since + page.Count;
            return new ContactsReply(page, rev, HasMore: rev < Contacts.Count);
        }
    }

    public IReadOnlyList<UserProfile> FindUsers(GetUsersRequest request)
    {
        lock (_gate)
        {
            return [.. _users.Where(user => request.Ids?.Contains(user.Value) ?? (request.Name is { } name
                    ? NameKey.Of(name) == NameKey.Of(user.Key) : NameKey.Of(user.Key).StartsWith(NameKey.Of(request.Prefix!), StringComparison.Ordinal)))
                .Select(user => new UserProfile(user.Value, user.Key))];
        }
    }

    public bool HasUser(int id)
    {
        lock (_gate)
            return id >= 1 && id <= _users.Count;
    }

    public string NameOf(int userId)
    {
        lock (_gate)
            return _users.First(user => user.Value == userId).Key;
    }

    public string NewToken(int userId)
    {
        lock (_gate)
        {
            var token = $"token-{_tokens.Count + 1}";
            _tokens.Add(token, userId);
            return token;
        }
    }

    public int? FindToken(string token)
    {
        lock (_gate)
            return _tokens.TryGetValue(token, out var id) ? id : null;
    }

    public void RevokeTokens(int userId)
    {
        lock (_gate)
        {
            foreach (var token in _tokens.Where(entry => entry.Value == userId).Select(entry => entry.Key).ToArray())
                _tokens[token] = 0;
        }
    }

    public int AddGroup(string name, params int[] members)
    {
        lock (_gate)
        {
            _groups.Add(_groups.Count + 1, (name, [.. members]));
            return _groups.Count;
        }
    }

    public bool Join(int groupId, int userId)
    {
        lock (_gate)
            return _groups.TryGetValue(groupId, out var group) && group.Members.Add(userId);
    }

    public List<GroupEntry> GroupsOf(int userId)
    {
        lock (_gate)
        {
            return [.. _groups.Where(group => group.Value.Members.Contains(userId)).Select(group => new GroupEntry(
                group.Key, group.Value.Name, "", [.. group.Value.Members.Select(id => new MemberEntry(id, NameOf(id), "normal", true))]))];
        }
    }

    public bool IsReader(ConversationId conversation, int userId)
    {
        lock (_gate)
        {
            return conversation.IsGroup
                ? _groups.TryGetValue(conversation.B, out var group) && group.Members.Contains(userId)
                : conversation.IsBetween(userId);
        }
    }

    /// <summary>Stores a message, or finds the one that has its sender and cmid already.</summary>
    public (StoredMessage Message, bool IsNew) Append(int senderId, ConversationId conversation, string text, string cmid)
    {
        // As the real one stores it: compact, the keys sorted.
        var start = $"\"id\":{senderId},\"msg\":{Encoding.UTF8.GetString(JsonText.Quote(text))}";
        var name = $"\"name\":\"{NameOf(senderId)}\",\"time\":\"t\"";
        var body = conversation.IsGroup
            ? $"{{\"groupid\":{conversation.B},{start},\"msgid\":10,{name}}}"
            : $"{{{start},\"msgid\":6,{name},\"toid\":{conversation.Other(senderId)}}}";
        lock (_gate)
        {
            if (!_logs.TryGetValue(conversation, out var log))
                _logs.Add(conversation, log = []);
            if (log.Find(row => row.SenderId == senderId && row.Cmid == cmid) is { } known)
                return (known, false);
            var message = new StoredMessage(
                conversation, HasHistory ? log.Count + 1 : 0, senderId, text, cmid, _clock += 10, ++_version, Encoding.UTF8.GetBytes(body));
            log.Add(message);
            return (message, true);
        }
    }

    public List<StoredMessage> Log(ConversationId conversation)
    {
        lock (_gate)
            return _logs.TryGetValue(conversation, out var log) ? [.. log] : [];
    }

    /// <summary>What retention does.</summary>
    public void Delete(ConversationId conversation, long upTo)
    {
        lock (_gate)
            _logs[conversation] = [.. _logs[conversation].Select(row => row.Seq <= upTo ? row with { IsDeleted = true } : row)];
    }

    /// <summary>What a restored backup does: nothing above a number is there, and marks above it neither.</summary>
    public void Rewind(ConversationId conversation, int to)
    {
        lock (_gate)
        {
            _logs[conversation].RemoveRange(to, _logs[conversation].Count - to);
            if (to == 0)
                _logs.Remove(conversation);
            foreach (var key in _received.Keys.Where(key => key.Item2 == conversation).ToList())
                _received[key] = Math.Min(_received[key], to);
        }
    }

    /// <summary>Changes a message; null: it is so already.</summary>
    public MessageChangedPush? Change(int userId, ChangeMessageRequest request)
    {
        lock (_gate)
        {
            var push = _changes.Change(userId, request, _clock += 10);
            if (push is null)
                return null;
            _changedAt[request.Conversation] = ++_version;
            var log = _logs[request.Conversation];
            var at = log.FindIndex(row => row.Seq == request.Seq);
            log[at] = (push.Text, push.Recalled) switch
            {
                ({ } text, _) => log[at] with { Text = text, Body = ChangedBody.WithText(log[at].Body, text) },
                (_, not null) => log[at] with { Text = "", Body = ChangedBody.WithoutText(log[at].Body) },
                _ => log[at],
            };
            return push;
        }
    }

    /// <summary>The same by a user who needs no client.</summary>
    public MessageChangedPush Change(int userId, ConversationId conversation, long seq, ChangeKind kind, string text = "") =>
        Change(userId, new(conversation, seq, kind, text)) ?? throw new InvalidOperationException("it is so already");

    public ChangesReply ChangesSince(FetchChangesRequest request, int userId)
    {
        lock (_gate)
        {
            var changes = _changes.Since(request.Conversation, request.Since, userId).Take(request.Limit + 1).ToList();
            return changes.Count > request.Limit
                ? new([.. changes.Take(request.Limit)], changes[request.Limit - 1].Rev, HasMore: true)
                : new(changes, _changes.RevOf(request.Conversation), HasMore: false);
        }
    }

    public MessageState? StateOf(ConversationId conversation, long seq, int userId)
    {
        lock (_gate)
            return _changes.Find(conversation, seq, userId);
    }

    /// <summary>What a restored backup does to changes.</summary>
    public void RewindChanges(ConversationId conversation, long rev)
    {
        lock (_gate)
        {
            _changes.Rewind(conversation, rev);
            _changedAt[conversation] = ++_version;
        }
    }

    public void MarkReceived(int userId, ReceivedRequest request)
    {
        lock (_gate)
        {
            if (request.OfflineId is { } offline)
                _offlineAcks.Add(offline);
            else if (request.Conversation is { } conversation)
                _received[(userId, conversation)] = Math.Max(request.Seq, _received.GetValueOrDefault((userId, conversation)));
        }
    }

    public long ReceivedMark(int userId, ConversationId conversation)
    {
        lock (_gate)
            return _received.GetValueOrDefault((userId, conversation));
    }

    public (string Token, List<ConversationEntry> Entries) Sync(int userId, string? since)
    {
        lock (_gate)
        {
            var version = since is null ? 0 : int.Parse(since);
            return ($"{_version}",
            [
                .. _logs.Where(log => IsReader(log.Key, userId) && Math.Max(log.Value[^1].Version, _changedAt.GetValueOrDefault(log.Key)) > version)
                    .Select(log => new ConversationEntry(log.Key, log.Value.Count, _received.GetValueOrDefault((userId, log.Key)), 0, _changes.RevOf(log.Key))),
            ]);
        }
    }
}

/// <summary>A row of a log.</summary>
sealed record StoredMessage(
    ConversationId Conversation, long Seq, int SenderId, string Text, string Cmid, long Timestamp, int Version, byte[] Body)
{
    public bool IsDeleted { get; init; }

    public byte[] ToPush(long offlineId = 0) => ChatBody.ToPush(Body, Conversation, Cmid, Seq, Timestamp, offlineId);
}
