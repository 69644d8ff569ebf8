using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>Looking for messages. Servers without a search refuse it: <see cref="ErrorCode.UnknownRequest"/>, or <see cref="ErrorCode.Off"/>.</summary>
public static class ChatClientSearch
{
    /// <summary>
    /// A page of the messages that have all of the words, the newest first. In Chinese, Japanese, Korean and Thai every part of a text is found. The next page
    /// begins at <see cref="SearchReply.After"/> of this one, which may have few hits, or none, and still not be the last.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="text">The words, at most 256 bytes.</param>
    /// <param name="conversation">Only in this one; null: in all of the user's.</param>
    /// <param name="from">Only what this user has sent; null: what anybody has.</param>
    /// <param name="since">Only what was sent at or after this time.</param>
    /// <param name="until">Only what was sent before this time.</param>
    /// <param name="limit">How many, at most 50.</param>
    /// <param name="after">Where the page before has ended; null: from the newest on.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="ChatException"><see cref="ErrorCode.Malformed"/>: there is nothing to look for in the text. <see cref="ErrorCode.NotYours"/>.</exception>
    public static Task<SearchReply> SearchAsync(
        this ChatClient client, string text, ConversationId? conversation = null, int? from = null, DateTimeOffset? since = null, DateTimeOffset? until = null,
        int limit = 20, string? after = null, CancellationToken cancellationToken = default) =>
        client.RequestAsync(
            new SearchRequest(text, limit)
            {
                Conversation = conversation,
                From = from,
                Since = since?.ToUnixTimeMilliseconds(),
                Until = until?.ToUnixTimeMilliseconds(),
                After = after,
            },
            SearchReply.Of, cancellationToken);
}
