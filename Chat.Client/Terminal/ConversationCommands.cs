using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The commands about conversations as a whole, and about who has seen a message.</summary>
/// <param name="client">Carries them out.</param>
/// <param name="contacts">Who and what is known by name.</param>
/// <param name="find">The conversation that a text names.</param>
sealed class ConversationCommands(ChatClient client, Contacts contacts, Func<string, CancellationToken, Task<ConversationId>> find)
{
    const int ListPage = 100;

    /// <summary>Null: it is no command of this kind.</summary>
    public async Task<CommandOutcome?> RunAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "list" => await ListAsync(call[0], cancellationToken),
        "read" => await MarkReadAsync(await find(call[0]!, cancellationToken), cancellationToken),
        "unread" => await MarkUnreadAsync(await find(call[0]!, cancellationToken), cancellationToken),
        "archive" => await ArchiveAsync(await find(call[0]!, cancellationToken), CommandRunner.IsOn(call[1]), cancellationToken),
        "clear" => await ClearAsync(await find(call[0]!, cancellationToken), cancellationToken),
        "receipts" => await ShowReceiptsAsync(await find(call[0]!, cancellationToken), NumberOf(call), cancellationToken),
        "thread" when call[2] is { } text => await AnswerAsync(await find(call[0]!, cancellationToken), NumberOf(call), text, cancellationToken),
        "thread" => await ShowThreadAsync(await find(call[0]!, cancellationToken), NumberOf(call), cancellationToken),
        "report" => await ReportAsync(await find(call[0]!, cancellationToken), NumberOf(call), call[2]!, cancellationToken),
        _ => null,
    };

    async Task<CommandOutcome> ListAsync(string? which, CancellationToken cancellationToken)
    {
        if (which is not (null or "unread" or "archived"))
            throw new CommandException($"/list takes unread, archived or nothing, not \"{which}\"");
        var page = await client.Conversations.ListAsync(
            limit: ListPage, onlyUnread: which == "unread", isArchived: which == "archived", cancellationToken: cancellationToken);
        foreach (var message in page.Conversations.Select(listed => listed.Last).OfType<ChatMessage>())
            contacts.Learn(message);
        return new ConversationsListed(page);
    }

    async Task<CommandOutcome> MarkReadAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        if (await NewestAsync(conversation, cancellationToken) is > 0 and var newest)
            await client.MarkReadAsync(conversation, newest, cancellationToken);
        return new CommandDone($"{NameOf(conversation)} is read");
    }

    async Task<CommandOutcome> MarkUnreadAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        await client.Conversations.MarkUnreadAsync(conversation, cancellationToken);
        return Kept(new(conversation) { IsMarked = true }, "is shown as unread");
    }

    async Task<CommandOutcome> ArchiveAsync(ConversationId conversation, bool isArchived, CancellationToken cancellationToken)
    {
        await client.Conversations.ArchiveAsync(conversation, isArchived, cancellationToken);
        return Kept(new(conversation) { IsArchived = isArchived }, isArchived ? "is in /list archived" : "is in /list again");
    }

    async Task<CommandOutcome> ClearAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        var newest = await NewestAsync(conversation, cancellationToken);
        if (newest > 0)
            await client.Conversations.ClearAsync(conversation, newest, cancellationToken);
        return Kept(new(conversation) { Floor = newest + 1 }, "shows you nothing of what was said so far");
    }

    async Task<CommandOutcome> ShowReceiptsAsync(ConversationId conversation, long seq, CancellationToken cancellationToken) =>
        new ReceiptsShown(conversation, seq, await client.Conversations.GetReceiptsAsync(conversation, seq, cancellationToken: cancellationToken));

    async Task<CommandOutcome> ShowThreadAsync(ConversationId conversation, long root, CancellationToken cancellationToken)
    {
        var page = await client.FetchThreadAsync(conversation, root, cancellationToken: cancellationToken);
        foreach (var message in page.Messages)
            contacts.Learn(message);
        return new HistoryFetched(page, conversation.IsGroup ? null : client.Conversations.GetPeer(conversation));
    }

    async Task<CommandOutcome> AnswerAsync(ConversationId conversation, long root, string text, CancellationToken cancellationToken)
    {
        var sent = await client.SendAsync(conversation, text, new MessageReferences { Thread = root }, cancellationToken);
        return new MessageSent(sent, NameOf(conversation), $"in thread #{root} {text}");
    }

    async Task<CommandOutcome> ReportAsync(ConversationId conversation, long seq, string reason, CancellationToken cancellationToken)
    {
        await client.ReportAsync(conversation, seq, reason, cancellationToken);
        return new CommandDone($"#{seq} is reported");
    }

    /// <returns>The number of the newest message; 0: there is none.</returns>
    async Task<long> NewestAsync(ConversationId conversation, CancellationToken cancellationToken) =>
        (await client.FetchHistoryAsync(conversation, limit: 1, cancellationToken: cancellationToken)).Messages is [.., var newest] ? newest.Seq : 0;

    ConversationKept Kept(ConversationChanged change, string text) => new(change, $"{NameOf(change.Conversation)} {text}");

    string NameOf(ConversationId conversation) => contacts.NameOf(conversation, client.UserId ?? 0);

    static long NumberOf(CommandCall call) => CommandRunner.Number(call[1]!, "NUMBER");
}
