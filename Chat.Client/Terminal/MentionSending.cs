using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>Sends lines that were typed, and says whom they mention.</summary>
static class MentionSending
{
    const int MemberPage = 500;

    /// <summary>Asks for the members of a group of which few are known: a login lists those of small groups only. Without an answer fewer can be mentioned.</summary>
    public static async Task LearnMembersAsync(this ChatClient client, Contacts contacts, ConversationId? conversation, CancellationToken cancellationToken)
    {
        if (conversation is not { IsGroup: true, B: var groupId } || !client.Features.Contains("mentions"))
            return;
        try
        {
            contacts.LearnMembers(groupId, (await client.ListMembersAsync(groupId, limit: MemberPage, cancellationToken: cancellationToken)).Entries);
        }
        catch (Exception e) when (e is ChatException or OperationCanceledException)
        {
            // It is no group of the user's, or nobody answers: sending says so.
        }
    }

    /// <summary>What it refers to is found at once: lines stay in the order in which they were typed.</summary>
    /// <exception cref="ChatException">It was not accepted.</exception>
    public static Task<SentMessage> SendAsync(
        this ChatClient client, Contacts contacts, ConversationId conversation, string text, long reply, CancellationToken cancellationToken)
    {
        var references = contacts.ReferencesOf(conversation, text, reply);
        var hasMentions = references.HasMentions && client.Features.Contains("mentions");
        return hasMentions
            ? SendWithAsync(client, contacts, conversation, text, references, cancellationToken)
            : client.SendAsync(conversation, text, references with { Mentions = [] }, cancellationToken);
    }

    static async Task<SentMessage> SendWithAsync(
        ChatClient client, Contacts contacts, ConversationId conversation, string text, MessageReferences references, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(conversation, text, references, cancellationToken);
        }
        catch (ChatException e) when (e.Code == ErrorCode.Malformed)
        {
            // One of them has left meanwhile. The name stays in the text.
            contacts.ForgetMembers(conversation.B);
            return await client.SendAsync(conversation, text, references with { Mentions = [] }, cancellationToken);
        }
    }
}
