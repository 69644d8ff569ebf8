using Chat.Node.Auth;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Auth;

public sealed class ExternalNameTests
{
    [Fact]
    public void The_first_choice_is_the_name_itself() => Assert.Equal("Ålice", Names("Ålice")[0]);

    [Fact]
    public void A_name_that_is_taken_gets_characters_that_are_always_the_same_for_the_subject()
    {
        Assert.StartsWith("Alice-", Names("Alice")[1], StringComparison.Ordinal);
        Assert.Equal(Names("Alice"), Names("Alice"));
        Assert.NotEqual(Names("Alice")[1], Names("Alice", subject: "8")[1]);
        Assert.NotEqual(Names("Alice", "a", "bc")[1], Names("Alice", "ab", "c")[1]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("bad\u202Ename")]
    public void Somebody_without_a_name_that_is_allowed_gets_one(string? display) =>
        Assert.All(Names(display), name => Assert.StartsWith("user-", name, StringComparison.Ordinal));

    [Theory]
    [InlineData("Alice")]
    [InlineData("  Alice  ")]
    [InlineData("a name that has many more characters than the fifty that are allowed here")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀")]
    [InlineData("e\u0301")]
    public void Every_candidate_is_an_allowed_name(string display)
    {
        var names = Names(display);
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.Null(NameRule.Problem("name", name)));
        Assert.DoesNotContain(names[^1], character => character > 127);
    }

    static List<string> Names(string? display, string issuer = "https://product.example", string subject = "7") =>
        [.. ExternalName.Candidates(display, issuer, subject)];
}
