using Chat.Node.Contracts;

namespace Chat.Node.Watching;

/// <summary>What this node tells the others, in frames that are bounded and numbered. Pure.</summary>
sealed class NewsLog(long incarnation)
{
    /// <summary>Users in one frame: some 30 KiB.</summary>
    public const int MaxUsers = 4096;

    long _number;

    /// <summary>What has changed; nothing: the number alone, by which the others see whether they have missed something.</summary>
    public List<PresenceNews> Write(IReadOnlyList<UserStanding> changed)
    {
        if (changed.Count == 0)
            return [new PresenceNews(incarnation, _number, [])];
        return [.. changed.Chunk(MaxUsers).Select(users => new PresenceNews(incarnation, ++_number, users))];
    }

    /// <summary>Everything, as of the last number.</summary>
    public List<PresencePart> WriteAll(IReadOnlyDictionary<int, Standing> users)
    {
        var chunks = users.Select(user => new UserStanding(user.Key, user.Value)).Chunk(MaxUsers).ToList();
        if (chunks.Count == 0)
            chunks.Add([]);
        return [.. chunks.Select((chunk, part) => new PresencePart(incarnation, _number, part, chunks.Count, chunk))];
    }
}
