using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class StoredNameTests
{
    [Theory]
    [InlineData("alice", "alice", null)]
    [InlineData("你好", "你好", "浣犲ソ")]
    [InlineData("你", "你", null)] // no legacy server could have stored it
    public void Our_own_names_are_proper_text_and_know_how_others_would_store_them(string name, string text, string? other) =>
        Assert.Equal(new StoredName(text, true, other), StoredName.Of(name, writesForLegacy: false));

    [Theory]
    [InlineData("alice", "alice", null)]
    [InlineData("你好", "浣犲ソ", "你好")]
    public void Names_for_legacy_servers_are_as_these_store_them(string name, string text, string? other) =>
        Assert.Equal(new StoredName(text, false, other), StoredName.Of(name, writesForLegacy: true));

    [Theory]
    [InlineData("你")]
    [InlineData("你好吗")]
    public void A_name_that_they_could_not_store_is_refused(string name) =>
        Assert.Throws<RowRefusedException>(() => StoredName.Of(name, writesForLegacy: true));
}
