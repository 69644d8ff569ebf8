using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Watching;

/// <summary>Members of a group were looked up who watch it; null: the database did not say, and nobody is told.</summary>
sealed record ReadersDue(ConversationId Conversation, IReadOnlyDictionary<int, long> Readers, IReadOnlySet<int>? Members) : INoSerializationVerificationNeeded;

/// <summary>Tells the sessions of this node that watch a group who has read it further. Who has left the group meanwhile is told nothing: that is looked at each time.</summary>
sealed class ReaderDesk(HubServices hub)
{
    readonly GroupReadTable _table = new();
    long _toldAt = long.MinValue / 2;

    /// <summary>Members of whom the other nodes are to hear. From any thread.</summary>
    public int News => _table.News;

    /// <summary>Groups of which something waits to be told here. From any thread.</summary>
    public int Groups => _table.Groups;

    /// <summary>Of a session of this node.</summary>
    public void OnRead(GroupRead read)
    {
        var reader = new GroupReader(read.Conversation, read.UserId, read.Read);
        _table.AddNews(reader);
        OnReader(reader);
    }

    /// <summary>Of another node.</summary>
    public void On(GroupReads reads)
    {
        foreach (var reader in reads.Readers)
            OnReader(reader);
    }

    public void Tick(PeerExchange peers, IActorRef self)
    {
        var now = hub.Now;
        if (now - _toldAt >= PeerExchange.IntervalMilliseconds && _table.TakeNews() is { } news)
        {
            _toldAt = now;
            peers.TellPeers(news, self);
        }

        foreach (var (conversation, readers) in _table.TakeDue(now))
        {
            int[] users = [.. hub.Watches.WatchersOf(conversation).Select(watcher => watcher.UserId).Distinct()];
            if (users.Length > 0)
            {
                hub.Groups.MembersAmongAsync(conversation.B, users).PipeTo(
                    self, success: members => new ReadersDue(conversation, readers, members), failure: _ => new ReadersDue(conversation, readers, null));
            }
        }
    }

    public void OnDue(ReadersDue due)
    {
        List<byte[]>? frames = null;
        foreach (var watcher in hub.Watches.WatchersOf(due.Conversation))
        {
            if (due.Members?.Contains(watcher.UserId) != true || (due.Readers.Count == 1 && due.Readers.ContainsKey(watcher.UserId)))
                continue;
            frames ??= [.. due.Readers.Chunk(GroupReceiptPush.Fitting(hub.MaxFrameBytes)).Select(some => new GroupReceiptPush(due.Conversation, some.ToDictionary()).ToBytes())];
            foreach (var frame in frames)
                watcher.Session.Tell(new SessionNotice(watcher.UserId, frame));
        }
    }

    void OnReader(in GroupReader reader)
    {
        if (hub.Watches.WatchersOf(reader.Conversation).Any())
            _table.Add(reader);
    }
}
