using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>The part of <see cref="EveryStatement"/> about whom users know.</summary>
static class ContactBookStatements
{
    public static async Task RunAsync(IChatDatabase database)
    {
        var book = new ContactBook(database);
        Assert.Equal(ManyRows.FriendsOfEach, (await book.ListAsync(41, since: 0, limit: 500, onlyBlocked: false)).Contacts.Count);
        foreach (var action in (ContactAction[])[ContactAction.Add, ContactAction.Remove, ContactAction.Block])
            Assert.Equal(ErrorCode.None, (await book.ChangeAsync(42, new ChangeContactRequest(43, action))).Verdict.Error);
        foreach (var count in (int[])[1, 100, 1000])
            Assert.Contains(new UserPair(42, 43), await book.BlocksAmongAsync([new(42, 43), .. Enumerable.Range(1, count).Select(id => new UserPair(id, id + 1))]));
    }
}
