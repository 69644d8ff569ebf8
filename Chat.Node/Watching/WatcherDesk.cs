using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Watching;

/// <summary>What the sessions of this node that watch are told.</summary>
sealed class WatcherDesk(HubServices hub)
{
    /// <summary>Between two 116 to one session.</summary>
    public const long IntervalMilliseconds = 2000;

    /// <summary>Sessions that are told something at once; the others wait for the next tick.</summary>
    public const int MaxAtOnce = 1250;

    /// <summary>Watches that wait until every node is known; one more is answered at once.</summary>
    public const int MaxHeld = 10_000;

    const int FewMembers = 8;

    readonly Queue<(Watch Watch, IActorRef Asker)> _held = new();
    bool _isFull;

    /// <summary>Watches that wait. From any thread.</summary>
    public int Held => _held.Count;

    public void OnWatch(Watch watch, IActorRef asker, bool isComplete, IActorContext context)
    {
        if (isComplete || _held.Count >= MaxHeld)
            Answer(watch, asker, context);
        else
            _held.Enqueue((watch, asker));
    }

    public void ReleaseHeld(IActorContext context)
    {
        while (_held.TryDequeue(out var held))
            Answer(held.Watch, held.Asker, context);
    }

    public void OnUnwatch(IActorRef session, IActorContext context)
    {
        if (hub.Watches.Remove(session))
            context.Unwatch(session);
    }

    /// <summary>Everybody whose time has come, and who was told something else than what is so now.</summary>
    public void Tick()
    {
        foreach (var userId in hub.Book.TakeChanged())
            hub.Watches.Mark(userId, hub.Book.Shown(userId));
        var (now, max) = (hub.Now, PresenceEntry.Fitting(hub.MaxFrameBytes));
        for (var told = 0; told < MaxAtOnce && hub.Watches.TryTakeDue(now, out var watcher); told++)
        {
            var before = watcher.NextAt;
            watcher.NextAt = now + IntervalMilliseconds; // before what is left over is put back
            var news = hub.Watches.TakeNews(watcher, hub.Book.EntryOf, max);
            if (news.Count > 0)
                watcher.Session.Tell(new SessionNotice(watcher.UserId, new PresencePush(news).ToBytes()));
            else
                watcher.NextAt = before;
        }
    }

    /// <summary>To who watches the conversation, and may know.</summary>
    public void OnTyping(TypingNews news)
    {
        if (news.HasLeft)
            hub.Typing.Leave(news.Conversation, news.UserId, hub.Now);
        if (!hub.Typing.Set(news.Conversation, news.UserId, news.IsOn, hub.Now))
            return;
        byte[]? frame = null;
        HashSet<int>? members = news.Members.Count > FewMembers ? news.Members.ToHashSet() : null;
        foreach (var watcher in hub.Watches.WatchersOf(news.Conversation))
        {
            if (watcher.UserId == news.UserId || hub.Typing.HasLeft(news.Conversation, watcher.UserId, hub.Now))
                continue;
            if (!news.HasLeft && !(members?.Contains(watcher.UserId) ?? news.Members.Contains(watcher.UserId)))
                continue;
            frame ??= PushOf(news.Conversation, news.UserId, news.IsOn, TypingTable.LastsMilliseconds).ToBytes();
            watcher.Session.Tell(new SessionNotice(watcher.UserId, frame));
        }
    }

    void Answer(Watch watch, IActorRef asker, IActorContext context)
    {
        if (hub.Now > watch.Until)
            return; // nobody waits for it any more, and a late one could replace what was asked for since
        if (watch.Users.Count + watch.Conversations.Count == 0)
        {
            OnUnwatch(watch.Session, context);
            Reply(watch, asker, new WatchReply([], []));
            return;
        }

        var watcher = hub.Watches.Set(watch.Session, watch.UserId, watch.Users, watch.Conversations, watch.Veiled);
        if (watcher is null)
        {
            if (!_isFull)
                WatchLog.WatchesFull(hub.Logger, hub.Watches.Entries);
            _isFull = true;
            asker.Tell(new WatchAnswer(IsDone: false));
            return;
        }

        _isFull = false;
        hub.Veils.OnWatch(watch);
        context.Watch(watch.Session); // it may be over already: then its end is told now
        var typing = watch.Conversations.SelectMany(conversation => hub.Typing.Of(conversation, hub.Now)
            .Where(other => other.UserId != watch.UserId && (conversation.IsGroup || !watch.Veiled.Contains(other.UserId)))
            .Select(other => PushOf(conversation, other.UserId, isOn: true, other.Left)));
        Reply(watch, asker, new WatchReply(hub.Watches.TakeNews(watcher, hub.Book.EntryOf, WatchReply.FittingUsers(watch.Ref, hub.MaxFrameBytes)), [.. typing]));
    }

    void Reply(Watch watch, IActorRef asker, WatchReply reply)
    {
        watch.Session.Tell(new SessionNotice(watch.UserId, reply.ToBytes(watch.Ref, hub.MaxFrameBytes)));
        asker.Tell(new WatchAnswer(IsDone: true));
    }

    static TypingPush PushOf(ConversationId conversation, int userId, bool isOn, long left) => new(conversation, userId, isOn, TimeSpan.FromMilliseconds(left));
}
