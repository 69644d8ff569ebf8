using Chat.Client.Terminal;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>Whom a line of the console mentions.</summary>
public sealed class MentionTextTests
{
    static readonly Dictionary<int, string> Members = new() { [3] = "bob", [4] = "Ann Lee", [5] = "小明", [6] = "bobby", [7] = "" };

    [Theory]
    [InlineData("@bob hi", new[] { 3 })]
    [InlineData("hi (@BOB)!", new[] { 3 })]
    [InlineData("@bobby", new[] { 6 })]
    [InlineData("@bobbys and @bob_x and mail@bob", new int[0])]
    [InlineData("@bobs, then @bob.", new[] { 3 })]
    [InlineData("@ann lee and @小明: now", new[] { 4, 5 })]
    [InlineData("@小明们", new int[0])]
    [InlineData("@", new int[0])]
    [InlineData("bob", new int[0])]
    public void Members_are_mentioned_whose_whole_name_stands_behind_an_at(string text, int[] expected) => Assert.Equal(expected, MentionText.Find(text, Members));

    [Fact]
    public void More_than_a_message_may_have_are_not_mentioned()
    {
        var members = Enumerable.Range(1, 60).ToDictionary(id => id, id => $"u{id}");
        var text = string.Join(' ', members.Values.Select(name => $"@{name}"));

        Assert.Equal(Enumerable.Range(1, MessageReferences.MaxMentions), MentionText.Find(text, members));
    }

    [Fact]
    public void Who_was_forgotten_is_mentioned_again_after_writing()
    {
        var contacts = new Contacts();
        var group = ConversationId.Group(9);
        contacts.LearnMembers(9, [new MemberEntry(3, "bob", "normal", IsOnline: false)]);
        Assert.Equal([3], contacts.ReferencesOf(group, "@bob", 0).Mentions);

        contacts.ForgetMembers(9);
        Assert.Empty(contacts.ReferencesOf(group, "@bob", 0).Mentions);

        contacts.Learn(new ChatActors.Client.ChatMessage(group, 1, 3, "bob", "here again"));
        Assert.Equal([3], contacts.ReferencesOf(group, "@bob", 7).Mentions);
        Assert.Empty(contacts.ReferencesOf(ConversationId.Direct(3, 4), "@bob", 0).Mentions);
    }
}
