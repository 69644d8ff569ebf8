using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>What a user has not read of a conversation: the numbers above one, up to another.</summary>
readonly record struct UnreadRange(int UserId, ConversationId Conversation, long Above, long UpTo);

/// <summary>
/// Which messages are looked at to count those of others that users have not read, so many at once: all of them are numbers of the log, so none is looked for
/// that is not needed. A user's count ends at <see cref="Max"/>. Pure.
/// </summary>
sealed class UnreadCount
{
    /// <summary>Unread messages of a user are counted up to here.</summary>
    public const int Max = 1000;

    /// <summary>Messages of all users that are looked at together.</summary>
    public const int AtOnce = 4000;

    /// <summary>Messages of a user that are looked at at all: a number that somebody has written into the log may be anything.</summary>
    public const int MaxLooked = 100 * Max;

    sealed class Backlog
    {
        public readonly Queue<UnreadRange> Ranges = new();
        public int Count;
        public int Looked;
    }

    readonly Dictionary<int, Backlog> _users = [];

    public UnreadCount(IEnumerable<UnreadRange> ranges)
    {
        foreach (var range in ranges.Where(range => range.UpTo > range.Above))
        {
            if (!_users.TryGetValue(range.UserId, out var user))
                _users[range.UserId] = user = new Backlog();
            user.Ranges.Enqueue(range);
        }
    }

    /// <summary>The next messages to look at; none: everything is counted.</summary>
    public List<(int UserId, ConversationId Conversation, long Seq)> Next()
    {
        var next = new List<(int, ConversationId, long)>();
        foreach (var user in _users.Values)
        {
            for (var missing = Max - user.Count; missing > 0 && next.Count < AtOnce && user.Ranges.TryDequeue(out var range);)
            {
                var upTo = Math.Min(range.UpTo, range.Above + Math.Min(missing, AtOnce - next.Count));
                for (var seq = range.Above + 1; seq <= upTo; seq++)
                    next.Add((range.UserId, range.Conversation, seq));
                missing -= (int)(upTo - range.Above);
                user.Looked += (int)(upTo - range.Above);
                if (user.Looked >= MaxLooked)
                    user.Ranges.Clear();
                else if (upTo < range.UpTo)
                    user.Ranges.Enqueue(range with { Above = upTo });
            }
        }

        return next;
    }

    /// <summary>So many of them are of others than the user.</summary>
    public void Add(int userId, int count) => _users[userId].Count += count;

    public int Of(int userId) => _users.TryGetValue(userId, out var user) ? Math.Min(user.Count, Max) : 0;
}
