using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>What a message may refer to.</summary>
public sealed class ReferenceRulesTests
{
    const int Alice = 1;
    const int Bob = 3;
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);
    static readonly ConversationId Group = ConversationId.Group(5);

    /// <summary>4 is recalled, 10 is a system message, 7 is in the thread of 5, 9 in that of 8.</summary>
    static readonly Dictionary<long, ReferencedMessage> Messages = new()
    {
        [2] = new(false, 0),
        [4] = new(true, 0),
        [5] = new(false, 0),
        [7] = new(false, 5),
        [8] = new(false, 0),
        [9] = new(false, 8),
        [10] = new(false, 0, IsSystem: true),
    };

    [Theory]
    [InlineData(5, 0)]
    [InlineData(7, 0)]
    [InlineData(0, 5)]
    [InlineData(5, 5)]
    [InlineData(7, 5)]
    public void A_message_of_the_conversation_may_be_answered_and_have_a_thread(long reply, long thread)
    {
        var verdict = Judge(Pair, new() { Reply = reply, Thread = thread });
        Assert.Equal((ErrorCode.None, reply, thread), (verdict.Error, verdict.References.Reply, verdict.References.Thread));
    }

    [Theory]
    [InlineData(6, 0, "\"reply\" names message 6, which you do not see in d:1:3")]
    [InlineData(0, 6, "\"thread\" names message 6, which you do not see in d:1:3")]
    [InlineData(2, 0, "\"reply\" names message 2, which you do not see in d:1:3")] // cleared
    [InlineData(10, 0, "\"reply\" names message 10, a system message")]
    [InlineData(4, 0, "\"reply\" names message 4, which was recalled")]
    [InlineData(0, 4, "\"thread\" names message 4, which was recalled")]
    [InlineData(0, 7, "\"thread\" names message 7, which is in a thread itself: 5")]
    [InlineData(9, 5, "\"reply\" names message 9, which is not in the thread of 5")]
    [InlineData(8, 5, "\"reply\" names message 8, which is not in the thread of 5")]
    public void Anything_else_is_refused_and_named(long reply, long thread, string reason)
    {
        var verdict = Judge(Pair, new() { Reply = reply, Thread = thread });
        Assert.Equal(ErrorCode.Malformed, verdict.Error);
        Assert.StartsWith(reason, verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("expected", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_takes_no_part_is_told_nothing_here() =>
        Assert.Equal((ErrorCode.None, true), Judge(Group, new() { Reply = 6 }, members: [Bob]) is var verdict ? (verdict.Error, verdict.References.IsEmpty) : default);

    [Fact]
    public void Only_members_are_mentioned_and_whoever_has_blocked_the_sender_is_left_out()
    {
        Assert.Equal([Alice, Bob], Judge(Group, new() { Mentions = [Alice, Bob] }).References.Mentions);
        Assert.Equal([Alice], Judge(Group, new() { Mentions = [Alice, Bob] }, blockers: [Bob]).References.Mentions);
        var refused = Judge(Group, new() { Mentions = [Bob, 99] });
        Assert.Equal((ErrorCode.Malformed, true), (refused.Error, refused.Reason.StartsWith("\"mentions\" names user 99", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("creator", ErrorCode.None)]
    [InlineData("admin", ErrorCode.None)]
    [InlineData("normal", ErrorCode.Forbidden)]
    [InlineData("", ErrorCode.Forbidden)]
    public void Everybody_is_mentioned_only_by_who_looks_after_the_group(string role, ErrorCode error) =>
        Assert.Equal(error, Judge(Group, new() { MentionsAll = true }, role).Error);

    [Fact]
    public void Of_two_users_everybody_is_nobody_special() => Assert.Equal(ErrorCode.Malformed, Judge(Pair, new() { MentionsAll = true }).Error);

    static ReferenceVerdict Judge(ConversationId id, MessageReferences wanted, string role = "normal", int[]? members = null, int[]? blockers = null) => ReferenceRules.Judge(
        id, Alice, wanted, new ReferenceBasis(id.IsGroup ? role : null, HiddenTo: 3, Messages, (members ?? [Alice, Bob]).ToHashSet(), (blockers ?? []).ToHashSet()));
}
