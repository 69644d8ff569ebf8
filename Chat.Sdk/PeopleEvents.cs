using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>
/// What the user is to a group has changed, or what the group is. Neither repeated nor queued: what happened while the client was away
/// <see cref="ChatClientGroups.GetGroupAsync"/> and the lists tell.
/// </summary>
/// <param name="Change">Which group, what, and who has done it.</param>
public sealed record GroupChanged(GroupChangedPush Change) : ChatEvent;

/// <summary>Somebody is something else to the user than before: another device did it, or the other user.</summary>
/// <param name="Contact">Who, and what.</param>
public sealed record ContactChanged(UserContact Contact) : ChatEvent
{
    /// <summary>Of the user's contacts since then. If it is not one above the last one, something was missed: <see cref="ChatClientPeople.GetContactChangesAsync"/> has it.</summary>
    public long Rev { get; init; }
}
