using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>Names of groups that no login has listed: the user was let in meanwhile, or the name was changed.</summary>
static class GroupNames
{
    /// <summary>Asks the server if an event says that a name may be new; without an answer the group goes by its id.</summary>
    public static Task LearnAsync(ChatClient client, Contacts contacts, ChatEvent chatEvent, CancellationToken cancellationToken) =>
        chatEvent is GroupChanged { Change: { Change: GroupChangedPush.Added or GroupChangedPush.Other } change }
            ? LearnAsync(client, contacts, change.GroupId, cancellationToken)
            : Task.CompletedTask;

    /// <inheritdoc cref="LearnAsync(ChatClient, Contacts, ChatEvent, CancellationToken)" />
    public static async Task LearnAsync(ChatClient client, Contacts contacts, int groupId, CancellationToken cancellationToken)
    {
        try
        {
            contacts.LearnGroup(groupId, (await client.GetGroupAsync(groupId, cancellationToken)).Name);
        }
        catch (ChatException)
        {
            // An older server, or the user has left again.
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }
}
