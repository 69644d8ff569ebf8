using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>What two users become to each other.</summary>
public sealed class ContactRulesTests
{
    [Theory]
    [InlineData("add", "contact none")]
    [InlineData("request", "asked asks")]
    [InlineData("request accept'", "contact contact")]
    [InlineData("request decline'", "none none")]
    [InlineData("request request'", "contact contact")]
    [InlineData("request add'", "contact contact")]
    [InlineData("request remove", "none none")]
    [InlineData("request block'", "none none-blocked")]
    [InlineData("add request'", "contact contact")]
    [InlineData("add' request", "contact contact")]
    [InlineData("add request", "contact asks")]
    [InlineData("add request accept'", "contact contact")]
    [InlineData("add request decline'", "contact none")]
    [InlineData("add add' remove", "none contact")]
    [InlineData("add block", "contact-blocked none")]
    [InlineData("add block unblock", "contact none")]
    [InlineData("block add'", "none-blocked contact")]
    [InlineData("decline remove unblock", "none none")]
    public void Each_does_what_it_does_and_may_do_it_twice(string actions, string expected)
    {
        var (one, other) = (default(ContactSide), default(ContactSide));
        foreach (var action in actions.Split(' '))
        {
            for (var repetition = 0; repetition < 2; repetition++)
                (one, other) = Do(action, one, other);
        }

        Assert.Equal(expected, $"{Text(one)} {Text(other)}");
    }

    [Fact]
    public void Who_is_blocked_asks_in_vain_and_nobody_accepts_what_was_not_asked()
    {
        var blocking = new ContactSide(ContactState.None, IsBlocked: true, null, null);
        Assert.Equal(ErrorCode.Blocked, Judge(ContactAction.Request, default, blocking).Error);
        Assert.Contains("unblock first", Judge(ContactAction.Request, blocking, default).Reason, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.NotFound, Judge(ContactAction.Accept, default, default).Error);
        Assert.Equal(ErrorCode.None, Judge(ContactAction.Add, default, blocking).Error);
    }

    [Fact]
    public void An_alias_is_ones_own_and_a_note_lasts_as_long_as_the_request()
    {
        var asked = ContactRules.Judge(new ChangeContactRequest(2, ContactAction.Request) { Alias = "Bobby", Note = "hi" }, default, default);
        Assert.Equal(("Bobby", null, null, "hi"), (asked.Mine.Alias, asked.Mine.Note, asked.Theirs.Alias, asked.Theirs.Note));
        Assert.Equal("hi", Judge(ContactAction.Request, asked.Mine, asked.Theirs).Theirs.Note);
        var accepted = Judge(ContactAction.Accept, asked.Theirs, asked.Mine);
        Assert.Equal(("Bobby", null, null), (accepted.Theirs.Alias, accepted.Theirs.Note, accepted.Mine.Note));
        Assert.Null(ContactRules.Judge(new ChangeContactRequest(2, ContactAction.Add) { Alias = "" }, accepted.Theirs, accepted.Mine).Mine.Alias);
        Assert.Null(Judge(ContactAction.Remove, accepted.Theirs, accepted.Mine).Mine.Alias);
    }

    /// <summary>What has a ' is done by the other one.</summary>
    static (ContactSide One, ContactSide Other) Do(string action, ContactSide one, ContactSide other)
    {
        var isOther = action.EndsWith('\'');
        var verdict = Judge(Enum.Parse<ContactAction>(action.TrimEnd('\''), ignoreCase: true), isOther ? other : one, isOther ? one : other);
        Assert.Equal(ErrorCode.None, verdict.Error);
        return isOther ? (verdict.Theirs, verdict.Mine) : (verdict.Mine, verdict.Theirs);
    }

    static ContactVerdict Judge(ContactAction action, ContactSide mine, ContactSide theirs) => ContactRules.Judge(new ChangeContactRequest(2, action), mine, theirs);

    static string Text(ContactSide side) => $"{side.State.ToString().ToLowerInvariant()}{(side.IsBlocked ? "-blocked" : "")}";
}
