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
sealed class Groups(ContactStore contacts, GroupStore groups, Lazy<IActorRef> conversations)
{
    const int MaxDescriptionCharacters = 200;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The new group's id, or why there is none.</summary>
    /// <param name="creatorId">Its first member.</param>
    /// <param name="name">As it was typed.</param>
    /// <param name="description">The same.</param>
    /// <param name="members">Who else is in it, as far as they exist.</param>
    /// <param name="alsoAsync">What else is written, in the same transaction (<see cref="ContactStore.CreateGroupAsync"/>).</param>
    /// <exception cref="StorageException">The database is away.</exception>
    /// <exception cref="RowRefusedException">Legacy servers could not store such a text.</exception>
    public async Task<Outcome> CreateAsync(
        int creatorId, string name, string description, IReadOnlyCollection<int>? members = null, Func<DbConnection, DbTransaction, int, Task>? alsoAsync = null)
    {
        if ((NameProblem(name) ?? DescriptionProblem(description)) is { } problem)
            return Outcome.Fail(ErrorCode.Malformed, problem);
        return await contacts.CreateGroupAsync(creatorId, NormalForm.Compose(name), description, members, alsoAsync) is { } id
            ? Outcome.Ok(id)
            : Outcome.Fail(ErrorCode.Rejected, "the name is taken");
    }

    /// <exception cref="AskTimeoutException">The user is stored as a member, and the conversation has not answered.</exception>
    public async Task<Outcome> JoinAsync(int userId, int groupId)
    {
        if (!await contacts.JoinGroupAsync(userId, groupId))
            return NoGroup(groupId);
        await conversations.Value.Ask<MembersKnown>(new MembersChanged(ConversationId.Group(groupId), userId), Timeout);
        return Outcome.Ok(groupId);
    }

    /// <summary>Another name or description.</summary>
    public async Task<Outcome> ChangeAsync(StoredGroup group, string? name, string? description)
    {
        if (((name is null ? null : NameProblem(name)) ?? (description is null ? null : DescriptionProblem(description))) is { } problem)
            return Outcome.Fail(ErrorCode.Malformed, problem);
        return await groups.ChangeAsync(group.Id, name is null ? group.Name : NormalForm.Compose(name), description ?? group.Description)
            ? Outcome.Ok(group.Id)
            : Outcome.Fail(ErrorCode.Rejected, "the name is taken");
    }

    /// <exception cref="AskTimeoutException">They are stored as members, and the conversation has not answered.</exception>
    public async Task AddMembersAsync(int groupId, IReadOnlyCollection<int> userIds)
    {
        await groups.AddMembersAsync(groupId, userIds);
        await TellAsync(groupId);
    }

    /// <exception cref="AskTimeoutException">They are no members any more, and the conversation has not answered.</exception>
    public async Task RemoveMembersAsync(int groupId, IReadOnlyCollection<int> userIds)
    {
        await groups.RemoveMembersAsync(groupId, userIds);
        await TellAsync(groupId);
    }

    /// <exception cref="AskTimeoutException">It is gone, and the conversation has not answered.</exception>
    public async Task DeleteAsync(int groupId)
    {
        await groups.DeleteAsync(groupId);
        await TellAsync(groupId);
    }

    Task<MembersKnown> TellAsync(int groupId) => conversations.Value.Ask<MembersKnown>(new ReloadMembers(ConversationId.Group(groupId)), Timeout);

    static Outcome NoGroup(int groupId) => Outcome.Fail(ErrorCode.NotFound, $"there is no group {groupId}");

    static string? NameProblem(string name) => NameRule.Problem("groupname", name);

    static string? DescriptionProblem(string text)
    {
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            position++;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return $"\"groupdesc\" has U+{rune.Value:X4} at position {position}: no control character and no separator of lines is expected";
        }

        return position > MaxDescriptionCharacters ? $"\"groupdesc\" has {position} characters: 0 to {MaxDescriptionCharacters} are expected" : null;
    }
}
