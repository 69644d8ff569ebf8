using System.Collections.Concurrent;

namespace Chat.Node.Files;

/// <summary>How many files are under way at once, on a node and of each user: nobody takes all places.</summary>
sealed class TransferPlaces(int max, int maxOfUser)
{
    readonly ConcurrentDictionary<int, int> _ofUsers = new();
    int _count;

    public int Taken => Volatile.Read(ref _count);

    /// <summary>False: there is no place, now or for this user.</summary>
    public bool TryEnter(int userId)
    {
        if (Interlocked.Increment(ref _count) > max)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }

        if (_ofUsers.AddOrUpdate(userId, 1, (_, count) => count + 1) <= maxOfUser)
            return true;
        Leave(userId);
        return false;
    }

    /// <summary>Who has entered leaves.</summary>
    public void Leave(int userId)
    {
        Interlocked.Decrement(ref _count);
        var left = _ofUsers.AddOrUpdate(userId, 0, (_, count) => count - 1);
        if (left <= 0)
            _ofUsers.TryRemove(new KeyValuePair<int, int>(userId, left));
    }
}
