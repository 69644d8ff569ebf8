using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class ConversationStateTests
{
    static readonly ConversationId Direct = ConversationId.Direct(1, 2);
    static readonly ConversationId Group = ConversationId.Group(5);

    readonly ConversationState _state = new(Direct, keepsHistory: true) { Members = new HashSet<int> { 1, 2 } };

    [Fact]
    public void Numbers_are_dense_and_begin_with_one()
    {
        Assert.Equal([1, 2, 3], new[] { Post(1), Post(2), Post(1, session: 8, sender: 2) }.Select(post => Judge(post).Number));
        Assert.Equal((3, 0, 3), (_state.Head, _state.CommittedHead, _state.InFlight));
    }

    [Fact]
    public void Numbers_go_on_behind_what_the_log_holds()
    {
        _state.StartAt(new LogHead(41, 5000, 2, "old"));
        Assert.Equal(new Judgement(Verdict.Take, 42, 5000), Judge(Post(1), now: 4000));
        Assert.Equal(41, _state.CommittedHead);
    }

    [Fact]
    public void Time_never_goes_back()
    {
        Assert.Equal(1000, Judge(Post(1), now: 1000).Ts);
        Assert.Equal(1000, Judge(Post(2), now: 900).Ts);
        Assert.Equal(1001, Judge(Post(3), now: 1001).Ts);
    }

    [Fact]
    public void A_post_behind_a_missing_one_is_not_taken_but_asked_for()
    {
        Judge(Post(1));
        Assert.Equal(new Judgement(Verdict.Resend, 1), Judge(Post(3)));
        Assert.Equal(1, _state.Head);
        Assert.Equal(Verdict.Take, Judge(Post(2)).Verdict);
        Assert.Equal(Verdict.Take, Judge(Post(3)).Verdict);
    }

    [Fact]
    public void A_new_life_takes_up_where_the_session_has_its_answers()
    {
        Assert.Equal(new Judgement(Verdict.Resend, 6), Judge(Post(8, answeredTo: 6)));
        Assert.Equal(Verdict.Take, Judge(Post(7, answeredTo: 6)).Verdict);
    }

    [Fact]
    public void Numbers_that_a_session_left_out_are_not_waited_for()
    {
        Judge(Post(1));
        Assert.Equal(Verdict.Take, Judge(Post(9, previous: 1)).Verdict);
        Assert.Equal(Verdict.Resend, Judge(Post(12, previous: 10)).Verdict);
    }

    [Fact]
    public void Sessions_are_numbered_each_for_itself()
    {
        Judge(Post(1, session: 7));
        Assert.Equal(Verdict.Resend, Judge(Post(2, session: 8)).Verdict);
        Assert.Equal(Verdict.Take, Judge(Post(1, session: 8, sender: 2)).Verdict);
    }

    [Fact]
    public void A_repeated_post_that_is_on_its_way_waits_for_its_answer()
    {
        Judge(Post(1, cmid: "a"));
        Assert.Equal(Verdict.Wait, Judge(Post(1, cmid: "a")).Verdict);
        Assert.Equal(1, _state.InFlight);
        Assert.Single(_state.Accept(1, 1, 1000)!.Waiting.ToArray());
    }

    [Fact]
    public void The_same_cmid_from_another_session_shares_the_answer()
    {
        Judge(Post(1, session: 7, cmid: "a"));
        Assert.Equal(Verdict.Wait, Judge(Post(4, session: 8, answeredTo: 3, cmid: "a")).Verdict);
        Assert.Equal([(7, 1), (8, 4)], _state.Accept(1, 1, 1000)!.Waiting.ToArray().Select(each => (each.SessionId, each.PostNumber)));
    }

    [Fact]
    public void A_cmid_that_was_accepted_is_answered_with_its_old_number()
    {
        Judge(Post(1, cmid: "a"), now: 1000);
        _state.Accept(1, 1, 1000);
        var again = Judge(Post(2, cmid: "a"), now: 2000);
        Assert.Equal(new Judgement(Verdict.Answer, 1, 1000), again);
        Assert.Equal(1, _state.Head);
        Assert.Equal(Verdict.Take, Judge(Post(3, cmid: "b")).Verdict);
    }

    [Fact]
    public void The_same_cmid_of_somebody_else_is_another_message()
    {
        Judge(Post(1, cmid: "a"));
        Assert.Equal(new Judgement(Verdict.Take, 2, 1000), Judge(Post(1, session: 8, sender: 2, cmid: "a")));
    }

    [Fact]
    public void A_cmid_from_the_log_is_known()
    {
        _state.StartAt(new LogHead(41, 500, 1, "head"));
        _state.Learn(new LogRow(Direct, 40, 1, "before", 400, default));
        Assert.Equal(new Judgement(Verdict.Answer, 41, 500), Judge(Post(1, cmid: "head")));
        Assert.Equal(new Judgement(Verdict.Answer, 40, 400), Judge(Post(2, cmid: "before")));
        Assert.Equal(41, _state.Head);
    }

    [Theory]
    [InlineData(true, 128)]
    [InlineData(false, 1000)]
    public void As_many_cmids_are_remembered_as_promised(bool keepsHistory, int remembered)
    {
        var state = new ConversationState(Direct, keepsHistory) { Members = new HashSet<int> { 1, 2 } };
        for (var number = 1; number <= remembered; number++)
        {
            Assert.Equal(Verdict.Take, state.Judge(Post(number), 1000, true, false).Verdict);
            state.Accept(number, keepsHistory ? number : 0, 1000);
        }

        Assert.Equal(Verdict.Answer, state.Judge(Post(remembered + 1, cmid: "c1"), 1000, true, false).Verdict);
        Assert.Equal(Verdict.Take, state.Judge(Post(remembered + 2, cmid: "one more"), 1000, true, false).Verdict);
        Assert.Equal(Verdict.Answer, state.Judge(Post(remembered + 2, cmid: "c1"), 1000, true, false).Verdict);
        state.Accept(remembered + 1, keepsHistory ? remembered + 1 : 0, 1000);
        Assert.Equal(Verdict.Take, state.Judge(Post(remembered + 3, cmid: "c1"), 1000, true, false).Verdict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void However_many_are_on_their_way_a_repetition_of_the_first_waits_for_it(bool keepsHistory)
    {
        var state = new ConversationState(Direct, keepsHistory) { Members = new HashSet<int> { 1, 2 } };
        for (var number = 1; number <= 3000; number++)
            Assert.Equal(Verdict.Take, state.Judge(Post(number), 1000, true, false).Verdict);
        Assert.Equal(Verdict.Wait, state.Judge(Post(1), 1000, true, false).Verdict);
        Assert.Equal(3000, state.Head);
    }

    [Fact]
    public void Who_is_not_known_as_a_member_is_looked_up_first_and_the_post_is_not_used_up()
    {
        var state = new ConversationState(Group, keepsHistory: true) { Members = new HashSet<int> { 2 } };
        Assert.Equal(Verdict.AskMembers, state.Judge(Post(1), 1000, isMembershipFresh: false, isBusy: false).Verdict);
        state.Members = new HashSet<int> { 1, 2 };
        Assert.Equal(new Judgement(Verdict.Take, 1, 1000), state.Judge(Post(1), 1000, isMembershipFresh: true, isBusy: false));
    }

    [Fact]
    public void Strangers_are_refused_and_their_next_post_is_judged()
    {
        var state = new ConversationState(Group, keepsHistory: true) { Members = new HashSet<int> { 2 } };
        Assert.Equal(ErrorCode.NotYours, state.Judge(Post(1), 1000, true, false).Error);
        Assert.Equal(ErrorCode.NotYours, state.Judge(Post(2), 1000, true, false).Error);
        Assert.Equal(0, state.Head);
    }

    [Fact]
    public void A_group_or_a_user_that_does_not_exist_is_not_found()
    {
        var group = new ConversationState(Group, keepsHistory: true);
        Assert.Equal(ErrorCode.NotFound, group.Judge(Post(1), 1000, true, false).Error);
        _state.Members = new HashSet<int> { 1 };
        Assert.Equal(ErrorCode.NotFound, Judge(Post(1)).Error);
    }

    [Fact]
    public void After_a_refusal_with_retry_nothing_overtakes_until_the_session_knows()
    {
        var refused = _state.Judge(Post(1, epoch: 3), 1000, true, isBusy: true);
        Assert.Equal((Verdict.Answer, ErrorCode.Unavailable), (refused.Verdict, refused.Error));
        Assert.Equal(ErrorCode.Unavailable, Judge(Post(2, epoch: 3)).Error);
        Assert.Equal(ErrorCode.Unavailable, Judge(Post(3, epoch: 3)).Error);
        Assert.Equal(new Judgement(Verdict.Take, 1, 1000), Judge(Post(4, epoch: 4, answeredTo: 3, cmid: "c1")));
    }

    [Fact]
    public void A_refusal_of_one_session_does_not_hold_up_another()
    {
        _state.RefuseFrom(new WaitingSession(7, 1, 0));
        Assert.Equal(ErrorCode.Unavailable, Judge(Post(1, session: 7)).Error);
        Assert.Equal(Verdict.Take, Judge(Post(1, session: 8, sender: 2)).Verdict);
    }

    [Fact]
    public void An_older_refusal_does_not_replace_a_newer_one()
    {
        _state.RefuseFrom(new WaitingSession(7, 5, 2));
        _state.RefuseFrom(new WaitingSession(7, 1, 0));
        Assert.Equal(ErrorCode.Unavailable, Judge(Post(1, epoch: 2)).Error);
    }

    [Fact]
    public void A_post_that_failed_can_come_again_and_numbers_go_on_behind_what_is_committed()
    {
        Judge(Post(1, cmid: "a"));
        Judge(Post(2, cmid: "b"));
        Judge(Post(3, cmid: "c"));
        Assert.NotNull(_state.Accept(1, 1, 1000));
        Assert.Equal(PostKey.Of(1, "b"), _state.Fail(2)!.Key);
        Assert.Equal(PostKey.Of(1, "c"), _state.Fail(3)!.Key);
        Assert.True(_state.IsEmpty);
        _state.ResetHead();
        Assert.Equal(new Judgement(Verdict.Take, 2, 1000), Judge(Post(4, epoch: 1, cmid: "b")));
    }

    [Fact]
    public void A_post_that_the_log_did_not_take_gives_its_number_back()
    {
        Judge(Post(1, cmid: "a"));
        Judge(Post(2, cmid: "b"));
        Assert.Equal(PostKey.Of(1, "b"), _state.TakeBack(2)!.Key);
        Assert.Equal(1, _state.Head);
        Assert.Equal(2, Judge(Post(3, cmid: "x")).Number);
    }

    [Fact]
    public void What_turns_up_in_the_log_moves_the_head()
    {
        _state.Learn(new LogRow(Direct, 7, 2, "x", 3000, default));
        Assert.Equal((7, 7), (_state.Head, _state.CommittedHead));
        Assert.Equal(new Judgement(Verdict.Take, 8, 3000), Judge(Post(1)));
    }

    [Fact]
    public void A_row_settles_once()
    {
        Judge(Post(1));
        Assert.NotNull(_state.Accept(1, 1, 1000));
        Assert.Null(_state.Accept(1, 1, 1000));
        Assert.Null(_state.Fail(1));
    }

    [Fact]
    public void Without_a_history_an_accepted_post_has_no_seq()
    {
        var state = new ConversationState(Direct, keepsHistory: false) { Members = new HashSet<int> { 1, 2 } };
        state.Judge(Post(1, cmid: "a"), 1000, true, false);
        state.Accept(1, 0, 1000);
        Assert.Equal(new Judgement(Verdict.Answer, 0, 1000), state.Judge(Post(2, cmid: "a"), 2000, true, false));
    }

    [Fact]
    public void Sessions_that_are_forgotten_go_on_where_they_were_answered()
    {
        for (var session = 1; session <= 300; session++)
        {
            Judge(Post(1, session: session, cmid: $"s{session}"));
            _state.Accept(session, session, 1000);
        }

        _state.ForgetSenders();

        Assert.Equal(Verdict.Resend, Judge(Post(2, session: 300, cmid: "x")).Verdict);
        Assert.Equal(Verdict.Take, Judge(Post(2, session: 300, answeredTo: 1, cmid: "x")).Verdict);
    }

    [Fact]
    public void Sessions_are_not_forgotten_while_something_is_under_way_or_when_they_are_few()
    {
        Judge(Post(1, session: 1));
        _state.Accept(1, 1, 1000);
        _state.ForgetSenders();
        Assert.Equal(Verdict.Take, Judge(Post(2, session: 1)).Verdict);
    }

    Judgement Judge(Post post, long now = 1000) => _state.Judge(post, now, isMembershipFresh: true, isBusy: false);

    static Post Post(
        long number, long session = 7, long? previous = null, long answeredTo = 0, int epoch = 0, int sender = 1, string? cmid = null) =>
        new(Direct, session, number, previous ?? number - 1, answeredTo, epoch, sender, cmid ?? $"c{number}", default, 0, false);
}
