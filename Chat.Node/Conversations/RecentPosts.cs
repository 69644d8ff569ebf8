using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Chat.Node.Conversations;

/// <summary>
/// Sender and cmid of a post. The cmid is hashed with a seed that clients do not know; to make two of them equal all the same would harm
/// nobody but the one sender. Two halves, because a <see cref="UInt128"/> would round everything that holds one up to 16 bytes.
/// </summary>
readonly record struct PostKey(int Sender, ulong High, ulong Low)
{
    static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>Nobody has sent it.</summary>
    public bool IsSystem => Sender == 0;

    public static PostKey Of(int sender, string cmid)
    {
        var hash = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(cmid.AsSpan()), Seed);
        return new(sender, (ulong)(hash >> 64), (ulong)hash);
    }

    public override int GetHashCode() => (int)Low ^ (Sender * -1640531527);
}

/// <summary>
/// The accepted posts that a conversation remembers, so that a retry is answered and not repeated. With a history the log's unique key
/// stands behind it; without one this is all there is. A ring of traces that is written over: a thousand objects for each conversation
/// would be much garbage that has grown old, and a cold cache line for each field of them.
/// </summary>
/// <param name="capacity">So many posts are remembered, the newest.</param>
sealed class RecentPosts(int capacity)
{
    const int FirstLength = 4;

    /// <summary>48 bytes. Next: the one before it in the same bucket, as its place + 1; 0 = none.</summary>
    struct Trace
    {
        public PostKey Key;
        public long Seq;
        public long Ts;
        public int Next;
    }

    Trace[] _traces = [];

    /// <summary>For each bucket the place of its newest trace + 1. A power of two of them, at least as many as traces.</summary>
    int[] _buckets = [];

    /// <summary>Posts so far.</summary>
    long _added;

    public bool TryFind(PostKey key, out long seq, out long ts)
    {
        var place = PlaceOf(key);
        (seq, ts) = place < 0 ? default : (_traces[place].Seq, _traces[place].Ts);
        return place >= 0;
    }

    /// <summary>One that is there already gets a new answer.</summary>
    /// <param name="key">Of the post.</param>
    /// <param name="seq">0 without a history.</param>
    /// <param name="ts">Milliseconds since 1970.</param>
    public void Add(PostKey key, long seq, long ts)
    {
        var place = PlaceOf(key);
        if (place >= 0)
        {
            (_traces[place].Seq, _traces[place].Ts) = (seq, ts);
            return;
        }

        if (_added == _traces.Length && _traces.Length < capacity)
            Grow();
        place = (int)(_added++ % _traces.Length);
        if (_added > _traces.Length)
            Unlink(place);
        _traces[place] = new Trace { Key = key, Seq = seq, Ts = ts };
        Link(place);
    }

    int PlaceOf(PostKey key)
    {
        if (_buckets.Length == 0)
            return -1;
        var place = BucketOf(key) - 1;
        while (place >= 0 && _traces[place].Key != key)
            place = _traces[place].Next - 1;
        return place;
    }

    void Grow()
    {
        Array.Resize(ref _traces, Math.Min(Math.Max(_traces.Length * 2, FirstLength), capacity));
        _buckets = new int[(int)BitOperations.RoundUpToPowerOf2((uint)_traces.Length)];
        for (var place = 0; place < _added; place++)
            Link(place);
    }

    void Link(int place)
    {
        ref var newest = ref BucketOf(_traces[place].Key);
        _traces[place].Next = newest;
        newest = place + 1;
    }

    void Unlink(int place)
    {
        ref var link = ref BucketOf(_traces[place].Key);
        while (link != place + 1)
            link = ref _traces[link - 1].Next;
        link = _traces[place].Next;
    }

    ref int BucketOf(PostKey key) => ref _buckets[key.GetHashCode() & (_buckets.Length - 1)];
}
