using Chat.Node.Files;
using Chat.Node.Storage;
using Chat.Tests.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Chat.Tests.Files;

/// <summary>Addresses of files: for one user, one file, one purpose and a while.</summary>
public sealed class FileLinksTests : IAsyncLifetime, IDisposable
{
    const string Id = "a_0123456789abcdef0123456789abcdef";

    readonly TemporaryDatabase _database = new();
    FileLinks _links = null!;

    public async Task InitializeAsync()
    {
        await _database.Chat.MigrateAsync();
        _links = new FileLinks(new FileStore(_database.Chat, _database.Clock), _database.Clock);
        await _links.PrepareAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task An_address_names_its_user_at_every_node_of_the_database()
    {
        var other = new FileLinks(new FileStore(_database.Chat, _database.Clock), _database.Clock);
        await other.PrepareAsync();
        Assert.Equal(17, UserOf(other, LinkUse.Get, Id, _links.GetAddress(Id, 17)));
        Assert.Equal(_links.GetAddress(Id, 17), other.GetAddress(Id, 17)); // browsers may keep what they have
    }

    [Fact]
    public void An_address_is_good_for_nothing_else()
    {
        var address = _links.GetAddress(Id, 17);
        Assert.Null(UserOf(_links, LinkUse.Put, Id, address));
        Assert.Null(UserOf(_links, LinkUse.Get, Id.Replace('0', '1'), address));
        Assert.Null(UserOf(_links, LinkUse.Get, Id, address.Replace("u=17", "u=18", StringComparison.Ordinal)));
        Assert.Null(UserOf(_links, LinkUse.Get, Id, address.Replace("e=", "e=9", StringComparison.Ordinal)));
        Assert.Null(UserOf(_links, LinkUse.Get, Id, address[..^1]));
        Assert.Null(_links.UserOf(LinkUse.Get, Id, null, null, null));
    }

    [Fact]
    public void An_address_ends()
    {
        var address = _links.GetAddress(Id, 17);
        _database.Clock.Now += FileLinks.GetLifetime;
        Assert.Equal(17, UserOf(_links, LinkUse.Get, Id, address));
        _database.Clock.Now += FileLinks.GetLifetime + TimeSpan.FromSeconds(1);
        Assert.Null(UserOf(_links, LinkUse.Get, Id, address));
    }

    static int? UserOf(FileLinks links, LinkUse access, string id, string address)
    {
        var query = QueryHelpers.ParseQuery(address[address.IndexOf('?', StringComparison.Ordinal)..]);
        return links.UserOf(access, id, query["u"], query["e"], query["s"]);
    }
}
