using System.Data.Common;
using System.Globalization;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>
/// Groups and their members. Whoever changes the members is answered when the conversation knows it: what is sent afterwards reaches the members of then.
/// </summary>
sealed class Groups(ContactStore contacts, GroupStore groups, MemberStore store, GroupNews news, Func<int> maxMembers, Lazy<IActorRef> conversations, TimeProvider clock)
{
    const int MaxDescriptionCharacters = 200;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2.2);

    /// <summary>The new group's id, or why there is none.</summary>
    /// <param name="creatorId">Its first member.</param>
    /// <param name="name">As it was typed.</param>
    /// <param name="description">The same.</param>
    /// <param name="members">Who else is in it, as far as they exist.</param>
    /// <param name="by">Who makes it: <see cref="GroupRules.Product"/>, or the creator.</param>
    /// <param name="except">The session that makes it; 0: none.</param>
    /// <param name="alsoAsync">What else is written, in the same transaction (<see cref="ContactStore.CreateGroupAsync"/>).</param>
    /// <exception cref="StorageException">The database is away.</exception>
    /// <exception cref="RowRefusedException">Legacy servers could not store such a text.</exception>
    public async Task<Outcome> CreateAsync(
        int creatorId, string name, string description, IReadOnlyCollection<int>? members = null, int by = GroupRules.Product, long except = 0, Func<DbConnection, DbTransaction, int, Task>? alsoAsync = null)
    {
        if ((NameRule.Problem("groupname", name) ?? DescriptionProblem("groupdesc", description)) is { } problem)
            return Outcome.Fail(ErrorCode.Malformed, problem);
        int[] all = [.. (members ?? []).Append(creatorId).Distinct()];
        if (all.Length > maxMembers())
            return Outcome.Fail(ErrorCode.Full, $"{all.Length} members are too many for a group: no more than {maxMembers()} are let in");
        if (await contacts.CreateGroupAsync(creatorId, NormalForm.Compose(name), description, members, alsoAsync) is not { } id)
            return Outcome.Fail(ErrorCode.Rejected, "the name is taken");
        news.Tell(new GroupChangedPush(id, GroupChangedPush.Added, by), all, except);
        return Outcome.Ok(id);
    }

    /// <exception cref="AskTimeoutException">The user is stored as a member, and the conversation has not answered.</exception>
    public async Task<JoinOutcome> JoinAsync(int userId, int groupId, long except = 0)
    {
        var (hasAsked, isNew) = (false, false);
        var refusal = await ChangeAsync(groupId, userId, [userId], Judge, except, () => hasAsked ? Task.CompletedTask : TellOfNewAsync(groupId, userId));
        if (refusal is null && isNew)
            news.Tell(new GroupChangedPush(groupId, GroupChangedPush.Asked, userId) { UserId = userId }, await store.AdminsAsync(groupId));
        return new JoinOutcome(refusal, hasAsked);

        GroupJudgement Judge(GroupFacts group)
        {
            var judgement = GroupRules.Join(group, userId, maxMembers());
            hasAsked = judgement.Refusal is null && !judgement.After[userId].IsMember;
            isNew = hasAsked && !group.Of(userId).HasAsked;
            return judgement;
        }
    }

    /// <summary>All of it, or nothing.</summary>
    /// <exception cref="AskTimeoutException">It is stored, and the conversation has not answered.</exception>
    public Task<GroupRefusal?> DecideAsync(int by, JoinRequestsRequest decision) => ChangeAsync(
        decision.GroupId, by, [.. decision.Accept.Concat(decision.Decline).Append(by).Distinct()], group => GroupRules.Decide(group, by, decision, maxMembers()));

    /// <exception cref="AskTimeoutException">The user is no member any more, and the conversation has not answered.</exception>
    public async Task<GroupRefusal?> LeaveAsync(int userId, int groupId, long except = 0)
    {
        // A stranger costs some look-ups: neither all members are read, nor is the conversation woken. But it may be no stranger: it asks again, because
        // the node that took it out has died, and the conversation has not heard of it.
        var isThere = await contacts.GroupExistsAsync(groupId);
        if (!isThere || !await store.IsKnownAsync(groupId, userId))
        {
            if (await store.IsUntoldAsync(groupId))
                await TellConversationAsync(groupId);
            return isThere ? null : GroupRefusal.NoGroup(groupId);
        }

        return await ChangeAsync(groupId, userId, [userId], group => GroupRules.Leave(group, userId), except);
    }

    /// <summary>All of it, or nothing.</summary>
    /// <exception cref="AskTimeoutException">It is stored, and the conversation has not answered.</exception>
    public async Task<GroupRefusal?> ChangeMembersAsync(int by, ChangeMembersRequest changes, long except = 0)
    {
        IEnumerable<int> single = [by, changes.Role?.UserId ?? 0, changes.Mute?.UserId ?? 0, changes.Owner ?? 0];
        IEnumerable<int> former = by == GroupRules.Product && changes.Owner is not null ? await store.AdminsAsync(changes.GroupId) : [];
        int[] named = [.. changes.Unban.Concat(changes.Add).Concat(changes.Remove).Concat(changes.Ban).Concat(single).Concat(former).Distinct()];
        return await ChangeAsync(
            changes.GroupId, by, named, group => GroupRules.Change(group, by, changes, maxMembers(), clock.GetUtcNow().ToUnixTimeMilliseconds()), except);
    }

    /// <summary>What a group is from now on, or that there is none any more.</summary>
    /// <exception cref="AskTimeoutException">It is stored, and the conversation has not answered.</exception>
    public async Task<GroupRefusal?> ChangeAsync(int by, ChangeGroupRequest change, long except = 0)
    {
        if (((change.Name is { } name ? NameRule.Problem("name", name) : null) ?? (change.Description is { } about ? DescriptionProblem("desc", about) : null)) is { } problem)
            return new GroupRefusal(ErrorCode.Malformed, problem);
        var id = change.GroupId;
        var changed = change.Delete
            ? await groups.DeleteAsync(id, by, role => GroupRules.ChangeGroup(id, by, role, deletes: true))
            : await groups.ChangeAsync(
                change with { Name = change.Name is null ? null : NormalForm.Compose(change.Name) }, by, role => GroupRules.ChangeGroup(id, by, role, deletes: false));
        if (changed.Refusal is { Error: ErrorCode.NotFound } && change.Delete)
        {
            if (await store.IsUntoldAsync(id))
                await TellConversationAsync(id);
            return null; // as was asked for: who asks again may have had no answer
        }

        if (changed.Refusal is not null)
            return changed.Refusal;
        try
        {
            if (change.Delete || change.Sending is not null || change.History is not null)
                await TellConversationAsync(id);
            else if (changed.IsDifferent)
                conversations.Value.Tell(new ReloadMembers(ConversationId.Group(id)), ActorRefs.Nobody); // it has something to tell, and nobody waits for it
        }
        finally
        {
            if (changed.IsDifferent)
                news.Tell(new GroupChangedPush(id, change.Delete ? GroupChangedPush.Deleted : GroupChangedPush.Other, by), changed.Members, except);
            if (changed.IsDifferent && change.Delete)
                news.EndTyping(id, changed.Members);
        }

        return null;
    }

    /// <summary>Also when nothing is different: the one who asks again may have had no answer, and the conversation may not know yet.</summary>
    async Task<GroupRefusal?> ChangeAsync(int groupId, int by, IReadOnlyCollection<int> userIds, Func<GroupFacts, GroupJudgement> judge, long except = 0, Func<Task>? tellAsync = null)
    {
        var outcome = await store.ChangeAsync(groupId, by, userIds, judge);
        if (outcome.Refusal is not null)
            return outcome.Refusal;
        try
        {
            await (tellAsync?.Invoke() ?? TellConversationAsync(groupId));
        }
        finally
        {
            news.Tell(groupId, by, outcome, except);
        }

        return null;
    }

    /// <summary>Cheaper than to have all members read again: many may come into a large group.</summary>
    async Task TellOfNewAsync(int groupId, int userId)
    {
        await conversations.Value.Ask<MembersKnown>(new MembersChanged(ConversationId.Group(groupId), userId), Timeout);
        if (!await contacts.IsMemberAsync(userId, groupId))
            await TellConversationAsync(groupId); // put out meanwhile, and the conversation may have heard of that first
    }

    Task<MembersKnown> TellConversationAsync(int groupId) => conversations.Value.Ask<MembersKnown>(new ReloadMembers(ConversationId.Group(groupId)), Timeout);

    static string? DescriptionProblem(string key, string text)
    {
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            position++;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return $"\"{key}\" has U+{rune.Value:X4} at position {position}: no control character and no separator of lines is expected";
        }

        return position > MaxDescriptionCharacters ? $"\"{key}\" has {position} characters: 0 to {MaxDescriptionCharacters} are expected" : null;
    }
}

/// <summary>What has come of wanting to be in a group: refused, a member, or one of those who wait to be let in.</summary>
sealed record JoinOutcome(GroupRefusal? Refusal, bool HasAsked);
