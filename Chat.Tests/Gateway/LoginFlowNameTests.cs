using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class LoginFlowNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("O'Brien \"the\" 你😀")]
    [InlineData(" ")]
    public void A_name_has_characters(string name) => Assert.Null(LoginFlow.NameProblem(name));

    [Fact]
    public void Fifty_characters_are_counted_as_people_count_them_and_one_more_is_too_many()
    {
        var longest = string.Concat(Enumerable.Repeat("😀", 50));
        Assert.Null(LoginFlow.NameProblem(longest));
        Assert.Contains("51", LoginFlow.NameProblem(longest + "a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("\0")]
    [InlineData("a\u007f")]
    [InlineData("a\u0085b")]
    public void Nothing_and_control_characters_are_no_name(string name) => Assert.NotNull(LoginFlow.NameProblem(name));
}
