namespace ChatActors.Client.Messages;

/// <summary>
/// Recognises repeated messages of a server without a history, which have no numbers: by sender and cmid, or by their
/// row in the offline queue, among the last few thousand.
/// </summary>
sealed class DuplicateFilter(int capacity = DuplicateFilter.DefaultCapacity)
{
    const int DefaultCapacity = 4096;

    readonly HashSet<(int Sender, string Key)> _seen = [];
    readonly Queue<(int Sender, string Key)> _order = [];

    /// <summary>Whether this is the first time; a message that carries neither mark always is.</summary>
    public bool TryAdd(ChatMessage message)
    {
        // No cmid has a control character that a sender would think of.
        var key = message.Cmid ?? (message.OfflineId > 0 ? $"\0{message.OfflineId}" : null);
        if (key is null)
            return true;
        if (!_seen.Add((message.SenderId, key)))
            return false;
        _order.Enqueue((message.SenderId, key));
        if (_order.Count > capacity)
            _seen.Remove(_order.Dequeue());
        return true;
    }
}
