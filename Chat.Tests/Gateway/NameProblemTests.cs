using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class NameProblemTests
{
    [Theory]
    [InlineData("a", 1)]
    [InlineData("x", 50)]
    [InlineData("ü", 50)]
    [InlineData("😀", 50)]
    public void A_name_of_1_to_50_characters_is_fine(string character, int count) =>
        Assert.Null(LoginFlow.NameProblem(string.Concat(Enumerable.Repeat(character, count))));

    [Theory]
    [InlineData("x", 0)]
    [InlineData("x", 51)]
    [InlineData("😀", 51)]
    public void Another_length_is_named(string character, int count) =>
        Assert.Contains($"this one has {count}", LoginFlow.NameProblem(string.Concat(Enumerable.Repeat(character, count))), StringComparison.Ordinal);

    [Theory]
    [InlineData("a\nb")]
    [InlineData("\0")]
    [InlineData("a\u007f")]
    public void Control_characters_are_refused(string name) =>
        Assert.Contains("control", LoginFlow.NameProblem(name), StringComparison.Ordinal);
}
