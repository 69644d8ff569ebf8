using System.Data.Common;
using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>
/// What the product's own servers are told of contacts and blocks, written in the transaction in which it happens. What no endpoint wants is not written.
/// </summary>
sealed class ContactEvents(WebhookOutbox outbox)
{
    /// <param name="connection">Where it happens.</param>
    /// <param name="transaction">In which.</param>
    /// <param name="userId">Who has done something.</param>
    /// <param name="otherId">About whom.</param>
    /// <param name="mine">What the other one was to the user.</param>
    /// <param name="theirs">What the user was to the other one.</param>
    /// <param name="verdict">What both are to each other now.</param>
    public async Task ChangedAsync(
        DbConnection connection, DbTransaction transaction, int userId, int otherId, ContactSide mine, ContactSide theirs, ContactVerdict verdict)
    {
        if (TypeOf(mine, theirs, verdict) is not { } type || !outbox.Wants(type))
            return;
        var note = type == WebhookTypes.ContactRequested ? verdict.Theirs.Note : null;
        await outbox.AddAsync(connection, transaction, type, WebhookData.Of(new ContactData(userId, otherId, note)));
    }

    /// <summary>Null: nothing that anybody is told of. A block that also ends a request is a block.</summary>
    public static string? TypeOf(ContactSide mine, ContactSide theirs, ContactVerdict verdict)
    {
        if (verdict.Mine.IsBlocked != mine.IsBlocked)
            return verdict.Mine.IsBlocked ? WebhookTypes.ContactBlocked : WebhookTypes.ContactUnblocked;
        var (myState, theirState) = (verdict.Mine.State, verdict.Theirs.State);
        if ((myState, theirState) == (ContactState.Contact, ContactState.Contact) && (mine.State, theirs.State) != (ContactState.Contact, ContactState.Contact))
            return WebhookTypes.ContactAccepted;
        if (theirState == ContactState.Asks && theirs.State != ContactState.Asks)
            return WebhookTypes.ContactRequested;
        return myState == ContactState.None && mine.State != ContactState.None ? WebhookTypes.ContactRemoved : null;
    }
}
