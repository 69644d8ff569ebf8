using Chat.Protocol;
using ChatActors.Client.Messages;

namespace ChatActors.Client;

/// <summary>Threads, and messages that others refer to. Older servers refuse it with <see cref="ErrorCode.UnknownRequest"/>.</summary>
public static class ChatClientReferences
{
    /// <summary>The message that a thread begins with, and those in it, ascending; without <paramref name="after"/> and <paramref name="before"/> the newest.</summary>
    public static Task<HistoryPage> FetchThreadAsync(
        this ChatClient client, ConversationId conversation, long root, long? after = null, long? before = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.RequestAsync(
            new FetchHistoryRequest(conversation, after, before, limit) { Thread = root }, reply => client.WithOwnMarked(WireMapping.ReadHistory(reply)), cancellationToken);
    }

    /// <summary>Messages by their numbers, at most <see cref="FetchHistoryRequest.MaxSeqs"/>, ascending; those that are not there are left out.</summary>
    public static Task<HistoryPage> FetchMessagesAsync(
        this ChatClient client, ConversationId conversation, IReadOnlyList<long> seqs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.RequestAsync(
            new FetchHistoryRequest(conversation, null, null, FetchHistoryRequest.MaxSeqs) { Seqs = seqs }, reply => client.WithOwnMarked(WireMapping.ReadHistory(reply)), cancellationToken);
    }

    /// <summary>Gives an own message another text, and says whom it mentions now.</summary>
    /// <inheritdoc cref="ChatClient.EditAsync" path="/exception" />
    public static Task<ChangeResult> EditAsync(
        this ChatClient client, ConversationId conversation, long seq, string text, MessageReferences mentions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.ChangeAsync(new ChangeMessageRequest(conversation, seq, ChangeKind.Edit, text) { Mentions = mentions }, cancellationToken);
    }
}
