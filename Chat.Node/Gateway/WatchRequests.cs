using System.Collections.Concurrent;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>What sessions say to the hub of presence, and ask it.</summary>
sealed class WatchRequests(ContactStore contacts, ContactBook book, TimeProvider clock, ILogger<WatchRequests> logger, Lazy<IActorRef> hub)
{
    /// <summary>Groups with more members have no typing.</summary>
    public const int MaxMembers = 200;

    /// <summary>So long is it remembered who is in a group.</summary>
    public const long MembersLastMilliseconds = 3000;

    /// <summary>So long that a group has too many: all of its members would have to be read to see that it has not.</summary>
    public const long LargeLastsMilliseconds = 60_000;

    /// <summary>Groups whose members are remembered; with one more all are forgotten.</summary>
    public const int MaxGroups = 1000;

    /// <summary>A client takes a connection for dead whose reply is 3 s late.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.2);

    /// <param name="Members">Of a group that is not large.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="At">When they were read.</param>
    readonly record struct Group(HashSet<int>? Members, int Count, long At)
    {
        public bool IsFresh(long now) => now - At < (Members is null ? LargeLastsMilliseconds : MembersLastMilliseconds);
    }

    readonly ConcurrentDictionary<int, Group> _groups = new();

    /// <summary>To the hub of this node.</summary>
    public void Tell(object message) => hub.Value.Tell(message);

    /// <summary>The session has its reply by then; what comes back is a failure, or nothing.</summary>
    public async Task<Reply> WatchAsync(WatchRequest request, int userId, IActorRef session)
    {
        try
        {
            if (await ForeignAsync(request.Conversations, userId) is { } foreign)
                return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(foreign));
            var veiled = await VeiledAsync(request, userId);
            var until = clock.CoarseMilliseconds() + (long)Patience.TotalMilliseconds;
            var answer = await hub.Value.Ask<WatchAnswer>(new Watch(session, userId, request.Users, request.Conversations, request.Ref, until) { Veiled = veiled }, Patience);
            return answer.IsDone ? Reply.None : Reply.Fail(ErrorCode.Unavailable, "this server watches for as many as it can now");
        }
        catch (Exception e) // also what nobody foresaw: a request without an answer holds up all behind it
        {
            return Failed(request, e);
        }
    }

    /// <summary>Answered with success only if the client wants to know.</summary>
    public async Task<Reply> TypeAsync(TypingRequest request, int userId)
    {
        try
        {
            var id = request.Conversation;
            var group = id.IsGroup ? await GroupAsync(id.B) : new Group([id.A, id.B], 2, 0);
            if (!(group.Members?.Contains(userId) ?? await contacts.IsMemberAsync(userId, id.B)))
                return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
            if (group.Members is not { } members)
                return Reply.Fail(ErrorCode.Off, $"{id} has {group.Count} members: nobody is told who types in groups of more than {MaxMembers}");
            hub.Value.Tell(new Typed(id, userId, request.IsOn, [.. members]));
            return Done(request);
        }
        catch (Exception e)
        {
            return Failed(request, e);
        }
    }

    public static Reply Done(Request request) => request.Ref.IsNone ? Reply.None : Reply.Ok(ModernFrames.Success(request.Ref));

    Reply Failed(Request request, Exception cause)
    {
        Log.RequestFailed(logger, request.GetType().Name, cause);
        return Reply.Fail(ErrorCode.Unavailable, "the request could not be carried out now");
    }

    /// <summary>Of those who are watched, and of the others in watched conversations of two.</summary>
    async Task<IReadOnlySet<int>> VeiledAsync(WatchRequest request, int userId)
    {
        var others = request.Users.Concat(request.Conversations.Where(id => !id.IsGroup).Select(id => id.Other(userId))).Where(other => other != userId).Distinct();
        return (await book.VeiledAsync([.. others.Select(other => new UserPair(userId, other))])).Select(pair => pair.OtherId).ToHashSet();
    }

    /// <summary>The first that is not the user's.</summary>
    async Task<ConversationId?> ForeignAsync(IReadOnlyList<ConversationId> conversations, int userId)
    {
        var groups = conversations.Where(id => id.IsGroup).Select(id => id.B).ToList();
        var own = groups.Count > 0 ? await contacts.GroupsAmongAsync(userId, groups) : [];
        foreach (var conversation in conversations)
        {
            if (!(conversation.IsGroup ? own.Contains(conversation.B) : conversation.IsBetween(userId)))
                return conversation;
        }

        return null;
    }

    async Task<Group> GroupAsync(int groupId)
    {
        var now = clock.CoarseMilliseconds();
        if (_groups.TryGetValue(groupId, out var known) && known.IsFresh(now))
            return known;
        var members = (await contacts.MembersAsync([groupId])).GetValueOrDefault(groupId) ?? [];
        var group = new Group(members.Count > MaxMembers ? null : members, members.Count, now);
        if (_groups.Count >= MaxGroups)
            _groups.Clear();
        return _groups[groupId] = group;
    }
}
