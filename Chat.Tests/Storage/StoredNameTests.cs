using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class StoredNameTests
{
    [Theory]
    [InlineData("Alice", "Alice", "alice")]
    [InlineData("你好", "你好", "你好")]
    public void Our_own_names_are_proper_text(string name, string text, string key) =>
        Assert.Equal(new StoredName(text, true, key, key), StoredName.Of(name, writesForLegacy: false));

    [Theory]
    [InlineData("Alice", "Alice", "alice")]
    [InlineData("你好", "浣犲ソ", "你好")]
    public void Names_for_legacy_servers_are_as_these_store_them_and_have_the_same_key(string name, string text, string key) =>
        Assert.Equal(new StoredName(text, false, key, key), StoredName.Of(name, writesForLegacy: true));

    [Theory]
    [InlineData("你")]
    [InlineData("你好吗")]
    public void A_name_that_they_could_not_store_is_refused(string name) =>
        Assert.Throws<RowRefusedException>(() => StoredName.Of(name, writesForLegacy: true));
}
