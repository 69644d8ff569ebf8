using System.Text;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>Who may change a message, and what it becomes.</summary>
public sealed class ChangeRulesTests
{
    const int Alice = 1;
    const int Bob = 2;
    const int Carol = 3;
    const long SentAt = 1_795_410_443_660;
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);
    static readonly ConversationId Team = ConversationId.Group(5);
    static readonly ChangeWindows Windows = new(TimeSpan.FromHours(48), TimeSpan.FromMinutes(2), 1000, new MessageLimits(16384, 65536));

    readonly Dictionary<int, string> _roles = new() { [Alice] = "normal", [Bob] = "normal", [Carol] = "creator" };
    readonly Dictionary<int, long> _hidden = [];
    readonly Dictionary<long, StoredMessage> _messages = new[] { 1L, 2L, 3L }.ToDictionary(seq => seq, seq => new StoredMessage
    {
        Seq = seq,
        Sender = Alice,
        Ts = SentAt,
        Body = Encoding.UTF8.GetBytes($$"""{"id":1,"msg":"m{{seq}}","msgid":6,"name":"alice","time":"t","toid":2,"x":"mine"}"""),
    });

    long _now = SentAt + 1000;

    [Fact]
    public void A_sender_edits_its_message()
    {
        var judged = Judge(Edit(1, "new"));
        Assert.Equal(new MessageChangeAnswer(ErrorCode.None, "", 8, _now), Assert.Single(judged.Answers));
        var message = Assert.Single(judged.Set!.Messages);
        Assert.Equal((7L, 8L, _now), (judged.Set.BasisRev, message.Rev, message.Edited));
        Assert.Equal("""{"id":1,"msg":"new","msgid":6,"name":"alice","time":"t","toid":2,"x":"mine"}""", Encoding.UTF8.GetString(message.Body));
        Assert.Contains(1, judged.Set.Rewritten);
        var push = Assert.Single(judged.Pushes);
        Assert.Equal((1L, 8L, Alice, "new", _now), (push.Seq, push.Rev, push.By, push.Text, push.Edited));
        Assert.Null(push.Reactions);
    }

    [Fact]
    public void What_is_so_already_is_a_success_and_changes_nothing()
    {
        (_messages[1].Rev, _messages[1].Changed) = (4, SentAt);
        _now = SentAt + (long)TimeSpan.FromDays(100).TotalMilliseconds;
        var judged = Judge(Edit(1, "m1"), new ChangeMessage(Pair, Bob, 1, ChangeKind.Unreact, "👍"), new ChangeMessage(Pair, Bob, 1, ChangeKind.Unpin, ""));
        Assert.Null(judged.Set);
        Assert.Empty(judged.Pushes);
        Assert.All(judged.Answers, answer => Assert.Equal(new MessageChangeAnswer(ErrorCode.None, "", 4, SentAt), answer));
    }

    [Fact]
    public void The_product_changes_a_message_in_its_senders_name_at_any_time_but_reacts_in_nobodys()
    {
        _now = SentAt + (long)TimeSpan.FromDays(100).TotalMilliseconds;
        var product = new ChangeMessage(Pair, ChangeMessage.Product, 1, ChangeKind.Edit, "new");
        var judged = Judge(product, product with { Seq = 2, Kind = ChangeKind.Recall }, product with { Seq = 3, Kind = ChangeKind.Pin }, product with { Seq = 3, Kind = ChangeKind.React, Text = "👍" });
        Assert.Equal([ErrorCode.None, ErrorCode.None, ErrorCode.None, ErrorCode.NotYours], judged.Answers.Select(answer => answer.Error));
        Assert.Equal([Alice, Alice, Alice], judged.Pushes.Select(push => push.By));
        Assert.Equal(Alice, judged.Set!.Messages.Single(message => message.Seq == 2).RecalledBy);
    }

    [Fact]
    public void A_row_of_the_log_that_cannot_be_read_refuses_its_own_changes_alone()
    {
        _messages[1].Body = "{\"msg\":"u8.ToArray();
        var judged = Judge(Edit(1, "new"), new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, ""), Edit(2, "new"));
        Assert.Equal([ErrorCode.NotFound, ErrorCode.NotFound, ErrorCode.None], judged.Answers.Select(answer => answer.Error));
        Assert.Equal(2, Assert.Single(judged.Set!.Messages).Seq);
    }

    [Fact]
    public void Nobody_edits_what_somebody_else_has_sent() =>
        Assert.Equal(ErrorCode.Forbidden, Judge(Edit(1, "x", Bob)).Answers[0].Error);

    [Theory]
    [InlineData(ChangeKind.Edit, 48 * 3600)]
    [InlineData(ChangeKind.Recall, 120)]
    public void After_a_while_a_sender_changes_its_message_no_more(ChangeKind kind, int seconds)
    {
        _now = SentAt + (seconds * 1000L);
        Assert.Equal(ErrorCode.None, Judge(new ChangeMessage(Pair, Alice, 1, kind, "x")).Answers[0].Error);
        _now++;
        Assert.Equal(ErrorCode.TooLate, Judge(new ChangeMessage(Pair, Alice, 2, kind, "x")).Answers[0].Error);
    }

    [Fact]
    public void A_recall_takes_the_text_and_the_senders_own_keys()
    {
        var judged = Judge(new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, ""));
        var message = Assert.Single(judged.Set!.Messages);
        Assert.Equal("""{"id":1,"msg":"","msgid":6,"name":"alice","time":"t","toid":2}""", Encoding.UTF8.GetString(message.Body));
        Assert.Equal((Alice, _now), (message.RecalledBy, message.Recalled));
        Assert.Equal(new Recalled(Alice, _now), Assert.Single(judged.Pushes).Recalled);
    }

    [Fact]
    public void A_recalled_message_is_changed_no_more_and_recalled_again_with_success()
    {
        Judge(new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, ""));
        var judged = Judge(Edit(1, "x"), new ChangeMessage(Pair, Bob, 1, ChangeKind.React, "👍"), new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, ""));
        Assert.Equal([ErrorCode.Forbidden, ErrorCode.Forbidden, ErrorCode.None], judged.Answers.Select(answer => answer.Error));
        Assert.Null(judged.Set);
    }

    [Fact]
    public void A_recalled_message_has_no_reactions_also_if_they_came_at_the_same_time()
    {
        _messages[1].Own.Add((Alice, "🎉"));
        _messages[1].Reactions["🎉"] = 1;
        var judged = Judge(
            new ChangeMessage(Pair, Bob, 1, ChangeKind.React, "👍"), new ChangeMessage(Pair, Bob, 2, ChangeKind.React, "👍"), new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, ""));
        Assert.Equal([(2L, true)], judged.Set!.Reactions.Select(each => (each.Seq, each.IsThere)));
        Assert.Empty(_messages[1].Reactions);
        var push = judged.Pushes.Single(push => push.Seq == 1);
        Assert.Null(push.Reactions);
        Assert.Empty(push.Who);
    }

    [Fact]
    public void A_recall_says_that_the_message_is_pinned_no_longer()
    {
        _messages[1].Pinned = 5;
        var recalled = Judge(
            new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, ""), new ChangeMessage(Pair, Alice, 2, ChangeKind.Pin, ""),
            new ChangeMessage(Pair, Alice, 2, ChangeKind.Recall, ""), new ChangeMessage(Pair, Alice, 3, ChangeKind.Recall, ""));
        Assert.Equal([false, false, null], recalled.Pushes.Select(push => push.IsPinned));
    }

    [Fact]
    public void What_a_user_has_cleared_is_there_for_it_no_more_but_to_be_recalled()
    {
        _hidden[Alice] = 2;
        var judged = Judge(
            Edit(2, "x"), new ChangeMessage(Pair, Alice, 1, ChangeKind.React, "👍"), Edit(3, "x"), new ChangeMessage(Pair, Bob, 1, ChangeKind.React, "👍"),
            new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, ""), new ChangeMessage(Pair, ChangeMessage.Product, 2, ChangeKind.Edit, "x"));
        Assert.Equal([ErrorCode.NotYours, ErrorCode.NotYours, ErrorCode.None, ErrorCode.None, ErrorCode.None, ErrorCode.None], judged.Answers.Select(answer => answer.Error));
        Assert.Equal(ChangeRules.NoMessage(Pair, 2), judged.Answers[0].Reason);
    }

    [Fact]
    public void Ones_own_reaction_is_taken_back_from_what_one_has_cleared_and_after_one_left_and_the_others_are_told()
    {
        const int gone = 99;
        _hidden[Alice] = 2;
        foreach (var user in new[] { Alice, gone })
            _messages[1].Own.Add((user, "👍"));
        _messages[1].Reactions["👍"] = 2;
        ChangeMessage Unreact(int user, string emoji) => new(Team, user, 1, ChangeKind.Unreact, emoji);
        var judged = Judge(Team, Unreact(Alice, "👍"), Unreact(Alice, "🎉"), Unreact(gone, "👍"), Unreact(gone, "🎉"));
        Assert.Equal([ErrorCode.None, ErrorCode.NotYours, ErrorCode.None, ErrorCode.NotYours], judged.Answers.Select(answer => answer.Error));
        var push = Assert.Single(judged.Pushes);
        Assert.Empty(push.Reactions!);
    }

    [Fact]
    public void An_edit_and_a_recall_at_the_same_time_leave_no_text()
    {
        var push = Assert.Single(Judge(Edit(1, "secret"), new ChangeMessage(Pair, Alice, 1, ChangeKind.Recall, "")).Pushes);
        Assert.Null(push.Text);
        Assert.NotNull(push.Recalled);
    }

    [Fact]
    public void Who_looks_after_a_group_recalls_and_pins_at_any_time_and_others_do_not()
    {
        _now = SentAt + (long)TimeSpan.FromDays(100).TotalMilliseconds;
        Assert.Equal(
            [ErrorCode.Forbidden, ErrorCode.Forbidden, ErrorCode.TooLate, ErrorCode.None, ErrorCode.None],
            Judge(
                Team, new ChangeMessage(Team, Bob, 1, ChangeKind.Recall, ""), new ChangeMessage(Team, Bob, 1, ChangeKind.Pin, ""),
                new ChangeMessage(Team, Alice, 1, ChangeKind.Recall, ""), new ChangeMessage(Team, Carol, 2, ChangeKind.Pin, ""),
                new ChangeMessage(Team, Carol, 1, ChangeKind.Recall, "")).Answers.Select(answer => answer.Error));
    }

    [Fact]
    public void Who_takes_no_part_and_what_does_not_exist_is_refused()
    {
        Assert.Equal(ErrorCode.NotYours, Judge(new ChangeMessage(Pair, Carol, 1, ChangeKind.React, "👍")).Answers[0].Error);
        Assert.Equal(ErrorCode.NotYours, Judge(Team, new ChangeMessage(Team, 99, 1, ChangeKind.React, "👍")).Answers[0].Error);
        Assert.Equal(ErrorCode.NotYours, Judge(Edit(99, "x")).Answers[0].Error);
    }

    [Fact]
    public void Reactions_that_come_together_have_one_rev()
    {
        for (var user = 100; user < 300; user++)
            _roles[user] = "normal";
        var judged = Judge(Team, [.. Enumerable.Range(100, 200).Select(user => new ChangeMessage(Team, user, 1, ChangeKind.React, user % 2 == 0 ? "👍" : "🎉"))]);
        Assert.Equal(8, Assert.Single(judged.Set!.Messages).Rev);
        Assert.Equal(200, judged.Set.Reactions.Count);
        var push = Assert.Single(judged.Pushes);
        Assert.Equal((100, 100), (push.Reactions!["👍"], push.Reactions["🎉"]));
        Assert.Equal(Enumerable.Range(290, 10), push.Who.Select(news => news.UserId));
        Assert.True(push.HasOnlyReactions);
    }

    [Fact]
    public void A_reaction_that_is_taken_back_at_once_is_not_written()
    {
        var judged = Judge(new ChangeMessage(Pair, Bob, 1, ChangeKind.React, "👍"), new ChangeMessage(Pair, Bob, 1, ChangeKind.Unreact, "👍"));
        Assert.Empty(judged.Set!.Reactions);
        Assert.Empty(Assert.Single(judged.Pushes).Reactions!);
    }

    [Fact]
    public void A_message_takes_so_many_different_reactions_and_no_more()
    {
        for (var i = 0; i < ChangeRules.MaxReactions; i++)
            _messages[1].Reactions[$"e{i}"] = 1;
        Assert.Equal(
            [ErrorCode.TooLarge, ErrorCode.None],
            Judge(new ChangeMessage(Pair, Bob, 1, ChangeKind.React, "👍"), new ChangeMessage(Pair, Bob, 1, ChangeKind.React, "e7")).Answers.Select(answer => answer.Error));
    }

    [Fact]
    public void A_text_that_the_database_does_not_take_is_refused() =>
        Assert.Equal(ErrorCode.TooLarge, Judge(Edit(1, new string('x', 1000))).Answers[0].Error);

    [Fact]
    public void A_text_that_does_not_fit_into_a_frame_beside_the_senders_own_keys_and_what_the_message_refers_to_is_refused()
    {
        var windows = Windows with { LargestBody = int.MaxValue, Limits = new MessageLimits(2000, 4096) };
        _messages[1].Body = Encoding.UTF8.GetBytes($$"""{"id":1,"msg":"m1","msgid":6,"x":"{{new string('y', 3000)}}"}""");
        var one = Judge(windows, Edit(1, new string('x', 540)), Edit(1, new string('x', 600)));
        Assert.Equal([ErrorCode.None, ErrorCode.TooLarge], one.Answers.Select(answer => answer.Error));
        Assert.Equal(540, one.Pushes[0].Text!.Length);
        Assert.Equal(ErrorCode.TooLarge, Judge(windows, Edit(1, new string('x', 541)) with { Mentions = Encoding.UTF8.GetBytes("""{"mentions":[1000000,1000001,1000002,1000003]}""") }).Answers[0].Error);
        Assert.Equal(ErrorCode.TooLarge, Judge(windows, Edit(1, new string('x', 600)) with { UserId = ChangeMessage.Product }).Answers[0].Error);
    }

    static ChangeMessage Edit(long seq, string text, int user = Alice) => new(Pair, user, seq, ChangeKind.Edit, text);

    JudgedChanges Judge(params ChangeMessage[] changes) => Judge(Pair, changes);

    JudgedChanges Judge(ConversationId id, params ChangeMessage[] changes) =>
        ChangeRules.Judge(id, new ChangeBasis(7, _messages, _roles) { HiddenTo = _hidden }, Windows, _now, changes);

    JudgedChanges Judge(ChangeWindows windows, params ChangeMessage[] changes) =>
        ChangeRules.Judge(Pair, new ChangeBasis(7, _messages, _roles), windows, _now, changes);
}
