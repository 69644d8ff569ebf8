using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Watching;

/// <summary>
/// Who has read groups further: what the other nodes are to hear with the next second, and what those who watch here are to be told, of each group once in two seconds.
/// What does not fit is not told: whoever wants to know asks (114). Pure; times are milliseconds of a steady clock.
/// </summary>
sealed class GroupReadTable
{
    /// <summary>Between two 113 about one group.</summary>
    public const long IntervalMilliseconds = 2000;

    /// <summary>Members whose marks the other nodes hear of in a second.</summary>
    public const int MaxNews = 4096;

    /// <summary>Groups of which something waits to be told here.</summary>
    public const int MaxGroups = 1000;

    /// <summary>Members that one 113 names.</summary>
    public const int MaxReaders = 500;

    sealed class Waiting
    {
        public readonly Dictionary<int, long> Readers = [];
        public long NextAt;
    }

    readonly Dictionary<(ConversationId Conversation, int UserId), long> _news = [];
    readonly Dictionary<ConversationId, Waiting> _waiting = [];

    public int News => _news.Count;

    public int Groups => _waiting.Count;

    /// <summary>A member of this node.</summary>
    public void AddNews(in GroupReader reader)
    {
        var key = (reader.Conversation, reader.UserId);
        if (_news.TryGetValue(key, out var known))
            _news[key] = Math.Max(known, reader.Read);
        else if (_news.Count < MaxNews)
            _news[key] = reader.Read;
    }

    /// <summary>For the other nodes; null: nothing.</summary>
    public GroupReads? TakeNews()
    {
        if (_news.Count == 0)
            return null;
        var news = new GroupReads([.. _news.Select(each => new GroupReader(each.Key.Conversation, each.Key.UserId, each.Value))]);
        _news.Clear();
        return news;
    }

    /// <summary>Of whatever node, in a group that somebody watches here.</summary>
    public void Add(in GroupReader reader)
    {
        if (!_waiting.TryGetValue(reader.Conversation, out var waiting))
        {
            if (_waiting.Count >= MaxGroups)
                return;
            _waiting[reader.Conversation] = waiting = new Waiting();
        }

        if (waiting.Readers.TryGetValue(reader.UserId, out var known))
            waiting.Readers[reader.UserId] = Math.Max(known, reader.Read);
        else if (waiting.Readers.Count < MaxReaders)
            waiting.Readers[reader.UserId] = reader.Read;
    }

    /// <summary>What is to be told now. A group of which nothing was told for long is forgotten.</summary>
    public List<(ConversationId Conversation, IReadOnlyDictionary<int, long> Readers)> TakeDue(long now)
    {
        var due = new List<(ConversationId, IReadOnlyDictionary<int, long>)>();
        foreach (var (conversation, waiting) in _waiting)
        {
            if (now < waiting.NextAt)
                continue;
            if (waiting.Readers.Count == 0)
            {
                _waiting.Remove(conversation); // the one thing that an enumeration allows
                continue;
            }

            due.Add((conversation, new Dictionary<int, long>(waiting.Readers)));
            waiting.Readers.Clear();
            waiting.NextAt = now + IntervalMilliseconds;
        }

        return due;
    }
}
