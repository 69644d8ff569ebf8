using System.Collections.Concurrent;

namespace Chat.Node.Api;

/// <summary>
/// What a conversation takes for a session: an id, and numbers that rise. One caller at a time has a lane; the next one goes on with its numbers. So a
/// conversation has to remember few of them, however many requests there are.
/// </summary>
sealed class PostLane
{
    public long SessionId { get; } = Random.Shared.NextInt64(1, long.MaxValue);

    /// <summary>The last number that a post had.</summary>
    public long LastNumber { get; set; }

    /// <summary>Rises with every refusal that asks for a repetition.</summary>
    public int Epoch { get; set; }
}

/// <summary>The lanes that nobody uses.</summary>
sealed class PostLanes
{
    readonly ConcurrentBag<PostLane> _free = [];

    public PostLane Rent() => _free.TryTake(out var lane) ? lane : new PostLane();

    /// <summary>Nobody sends with it any more. A late answer has a number below those that follow, and goes to whoever had the lane then.</summary>
    public void Return(PostLane lane) => _free.Add(lane);
}
