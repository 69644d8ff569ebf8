using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Telemetry;

namespace Chat.Node.Watching;

/// <summary>What the hubs of the nodes tell each other.</summary>
sealed class PeerExchange(HubServices hub, IPresenceRoad road, long incarnation)
{
    /// <summary>Between two rounds of news, between two questions to one hub, and between two answers to it.</summary>
    public const long IntervalMilliseconds = 1000;

    /// <summary>Who watches does not wait longer for a hub that has not told everything yet.</summary>
    public const long PatienceMilliseconds = 1500;

    readonly PresenceSource _own = hub.Book.Open();
    readonly NewsLog _news = new(incarnation);
    readonly Dictionary<ActorPath, (IActorRef Hub, PeerUsers Users)> _peers = [];
    long _toldAt = long.MinValue / 2;

    /// <summary>Whether everybody is known who should be, or nobody can wait for it.</summary>
    public bool IsComplete()
    {
        Look(); // the first client may be quicker than the first tick
        return _peers.Values.All(peer => peer.Users.IsComplete || hub.Now - peer.Users.Since >= PatienceMilliseconds);
    }

    /// <summary>Who has come and who is gone; news once a second.</summary>
    public void Tick(IActorRef self)
    {
        Look();
        var now = hub.Now;
        foreach (var (peer, users) in _peers.Values)
        {
            if (users.IsComplete || now - users.AskedAt < IntervalMilliseconds)
                continue;
            users.AskedAt = now;
            road.Tell(peer, AskPresence.Instance, self);
        }

        if (now - _toldAt < IntervalMilliseconds)
            return;
        _toldAt = now;
        TellNews(self);
    }

    public void TellPeers(IClusterMessage message, IActorRef self)
    {
        foreach (var (peer, _) in _peers.Values)
            road.Tell(peer, message, self);
    }

    /// <summary>To the nodes that have the user; to all if nobody has it, as far as is known: it may have logged in within the last second.</summary>
    public void TellNodesOf(int userId, IClusterMessage message, IActorRef self)
    {
        var isKnown = hub.Local.Has(userId);
        foreach (var (peer, users) in _peers.Values)
        {
            if (!users.Has(userId))
                continue;
            isKnown = true;
            road.Tell(peer, message, self);
        }

        if (!isKnown)
            TellPeers(message, self);
    }

    public void On(PresenceNews news, IActorRef sender)
    {
        if (!_peers.TryGetValue(sender.Path, out var peer))
            return; // of a node that is gone, or not here yet: then it is asked
        var wasComplete = peer.Users.IsComplete;
        if (!peer.Users.Take(news, hub.Now, hub.WallTime) && wasComplete)
            WatchLog.NewsMissing(hub.Logger, sender.Path.Address);
    }

    public void On(PresencePart part, IActorRef sender)
    {
        if (_peers.TryGetValue(sender.Path, out var peer) && peer.Users.Take(part, hub.Now, hub.WallTime))
            WatchLog.PeerKnown(hub.Logger, sender.Path.Address, peer.Users.Count);
    }

    /// <summary>Not more often than anybody has to ask: it may be long.</summary>
    public void OnAsk(IActorRef sender, IActorRef self)
    {
        if (_peers.TryGetValue(sender.Path, out var peer))
        {
            if (hub.Now - peer.Users.ToldAt < IntervalMilliseconds / 2)
                return;
            peer.Users.ToldAt = hub.Now;
        }

        foreach (var part in _news.WriteAll(_own.Users))
            road.Tell(sender, part, self);
    }

    void TellNews(IActorRef self)
    {
        var (now, wallTime) = (hub.Now, hub.WallTime);
        var changed = hub.Local.TakeChanged();
        changed.RemoveAll(user => !hub.Book.Set(_own, user.UserId, user.Standing, now, wallTime));
        foreach (var frame in _news.Write(changed))
            TellPeers(frame, self);
    }

    void Look()
    {
        var here = road.Peers();
        foreach (var peer in here)
        {
            if (!_peers.ContainsKey(peer.Path))
                _peers[peer.Path] = (peer, new PeerUsers(hub.Book, hub.Now));
        }

        if (_peers.Count == here.Count)
            return;
        foreach (var (path, (_, users)) in _peers.Where(peer => !here.Any(other => other.Path.Equals(peer.Key))).ToList())
        {
            WatchLog.PeerGone(hub.Logger, path.Address, users.Count);
            users.Close(hub.Now, hub.WallTime);
            _peers.Remove(path);
        }
    }
}
