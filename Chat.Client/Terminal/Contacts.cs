using System.Globalization;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>
/// Which names belong to which ids. The server has no directory, so only those are known that a login lists or that have
/// written. Any thread.
/// </summary>
sealed class Contacts
{
    readonly Lock _gate = new();
    readonly SortedDictionary<int, string> _users = [];
    readonly SortedDictionary<int, GroupEntry> _groups = [];
    readonly Dictionary<int, SortedDictionary<int, string>> _members = [];
    readonly HashSet<int> _online = [];
    readonly HashSet<int> _friends = [];

    /// <summary>The lists of a login.</summary>
    public void Learn(LoginResult login)
    {
        lock (_gate)
        {
            _online.Clear();
            _users[login.Id] = login.Name;
            foreach (var friend in login.Friends)
            {
                _friends.Add(friend.Id);
                Learn(friend.Id, friend.Name, friend.IsOnline);
            }

            foreach (var group in login.Groups)
            {
                _groups[group.Id] = group;
                _members.Remove(group.Id);
                LearnMembers(group.Id, group.Members);
            }
        }
    }

    public void Learn(ChatMessage message)
    {
        lock (_gate)
        {
            if (message.System is null && message.SenderName.Length > 0)
            {
                _users[message.SenderId] = message.SenderName;
                if (message.Conversation.IsGroup)
                    MembersOf(message.Conversation.B)[message.SenderId] = message.SenderName;
            }
        }
    }

    public void LearnMembers(int groupId, IEnumerable<MemberEntry> members)
    {
        lock (_gate)
        {
            foreach (var member in members)
            {
                Learn(member.Id, member.Name, member.IsOnline);
                MembersOf(groupId)[member.Id] = member.Name;
            }
        }
    }

    /// <summary>What a line for a conversation refers to: members of a group who are known and named, and the message that it answers.</summary>
    public MessageReferences ReferencesOf(ConversationId conversation, string text, long reply)
    {
        if (!conversation.IsGroup)
            return new MessageReferences { Reply = reply };
        lock (_gate)
            return new MessageReferences { Reply = reply, Mentions = MentionText.Find(text, MembersOf(conversation.B)) };
    }

    /// <summary>Somebody of them is there no longer: who writes, or is listed, is known again.</summary>
    public void ForgetMembers(int groupId)
    {
        lock (_gate)
            _members.Remove(groupId);
    }

    public void LearnGroup(int groupId, string name)
    {
        lock (_gate)
            _groups[groupId] = new(groupId, name, "", []);
    }

    /// <summary>The user is in it no longer.</summary>
    public void ForgetGroup(int groupId)
    {
        lock (_gate)
        {
            _groups.Remove(groupId);
            _members.Remove(groupId);
        }
    }

    public string NameOf(int userId)
    {
        lock (_gate)
            return _users.TryGetValue(userId, out var name) ? name : $"#{userId}";
    }

    /// <summary>Whether the name of a user is known.</summary>
    public bool Knows(int userId)
    {
        lock (_gate)
            return _users.ContainsKey(userId);
    }

    public string NameOf(ConversationId conversation, int ownId)
    {
        if (!conversation.IsGroup)
            return NameOf(conversation.Other(ownId));
        lock (_gate)
            return _groups.TryGetValue(conversation.B, out var group) && group.Name.Length > 0 ? group.Name : conversation.ToString();
    }

    public void LearnUser(int userId, string name)
    {
        lock (_gate)
            _users[userId] = name;
    }

    /// <summary>People also write names with an @ in front.</summary>
    public static string NameIn(string text) => text.StartsWith('@') ? text[1..] : text;

    /// <summary>An id, or a name that is known.</summary>
    public int? FindUser(string text)
    {
        if (TryId(text, out var id))
            return id;
        var name = NameIn(text);
        lock (_gate)
            return _users.Where(user => user.Value == name).Select(user => (int?)user.Key).FirstOrDefault();
    }

    /// <summary>An id, alone or as <c>g:1</c>, or the name of one of the user's groups.</summary>
    public int? FindGroup(string text)
    {
        if (TryId(text.StartsWith("g:", StringComparison.Ordinal) ? text[2..] : text, out var id))
            return id;
        lock (_gate)
            return _groups.Where(group => group.Value.Name == text).Select(group => (int?)group.Key).FirstOrDefault();
    }

    public IReadOnlyList<ContactEntry> Users(int? ownId)
    {
        lock (_gate)
        {
            return [.. _users.Where(user => user.Key != ownId)
                .Select(user => new ContactEntry(user.Key, user.Value, _friends.Contains(user.Key), _online.Contains(user.Key)))];
        }
    }

    public IReadOnlyList<GroupEntry> Groups()
    {
        lock (_gate)
            return [.. _groups.Values];
    }

    void Learn(int userId, string name, bool isOnline)
    {
        _users[userId] = name;
        if (isOnline)
            _online.Add(userId);
    }

    SortedDictionary<int, string> MembersOf(int groupId)
    {
        if (!_members.TryGetValue(groupId, out var members))
            _members[groupId] = members = [];
        return members;
    }

    static bool TryId(string text, out int id) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;
}

/// <summary>Somebody whose name is known.</summary>
sealed record ContactEntry(int Id, string Name, bool IsFriend, bool WasOnline);
