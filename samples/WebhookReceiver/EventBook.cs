using System.Text.Json;

namespace WebhookReceiver;

/// <summary>A message as it was posted.</summary>
sealed record BookedMessage(long Seq, int From, string Text);

/// <summary>
/// What has come, each event once. It is in memory here, and forgets the oldest: yours is a table with the id as its key, written in the same
/// transaction as what you do with the event.
/// </summary>
sealed class EventBook
{
    const int MaxIds = 10_000;
    const int MaxConversations = 1000;
    const int MaxMessages = 100;

    readonly Lock _gate = new();
    readonly HashSet<string> _ids = [];
    readonly Queue<string> _oldest = new();
    readonly Dictionary<string, List<BookedMessage>> _conversations = [];

    /// <summary>Takes an event, unless its id has come before.</summary>
    public bool TryTake(string id, JsonElement happened)
    {
        lock (_gate)
        {
            if (_ids.Contains(id))
                return false;
            if (happened.GetProperty("type").GetString() == "message.created")
                Book(happened.GetProperty("data"));
            _ids.Add(id);
            _oldest.Enqueue(id);
            if (_oldest.Count > MaxIds)
                _ids.Remove(_oldest.Dequeue());
            return true;
        }
    }

    /// <summary>The newest messages of each conversation, in the order in which they came, which is that of their numbers.</summary>
    public Dictionary<string, BookedMessage[]> Conversations()
    {
        lock (_gate)
            return _conversations.ToDictionary(conversation => conversation.Key, conversation => conversation.Value.ToArray());
    }

    void Book(JsonElement data)
    {
        var conversation = data.GetProperty("conversation").GetString()!;
        if (!_conversations.TryGetValue(conversation, out var messages))
        {
            if (_conversations.Count == MaxConversations)
                _conversations.Remove(_conversations.Keys.First());
            _conversations.Add(conversation, messages = []);
        }

        messages.Add(new BookedMessage(data.GetProperty("seq").GetInt64(), data.GetProperty("from").GetInt32(), data.GetProperty("msg").GetString()!));
        if (messages.Count > MaxMessages)
            messages.RemoveAt(0);
    }
}
