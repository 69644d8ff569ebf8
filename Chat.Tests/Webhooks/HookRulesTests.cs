using System.Text;
using Chat.Node.Contracts;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class HookRulesTests
{
    static readonly MessageLimits Limits = new(MaxTextBytes: 20, MaxFrameBytes: 2048);
    readonly CircuitBreaker _breaker = new();

    [Fact]
    public void After_five_failures_in_a_row_nobody_is_asked_for_a_while()
    {
        Assert.Equal([false, false, false, false, true], Enumerable.Range(0, CircuitBreaker.MaxFailures).Select(_ => Fail(now: 0)));
        Assert.False(_breaker.TryEnter(CircuitBreaker.FirstPauseMilliseconds - 1, out _));
        Assert.True(_breaker.TryEnter(CircuitBreaker.FirstPauseMilliseconds, out _));
    }

    [Fact]
    public void An_answer_in_between_begins_the_count_anew()
    {
        for (var i = 0; i < 3 * CircuitBreaker.MaxFailures; i++)
        {
            Assert.False(Fail(now: 0));
            if (i % 4 == 3)
                Assert.False(_breaker.OnAnswered());
        }
    }

    [Fact]
    public void One_request_tries_and_each_failure_doubles_the_pause_up_to_a_minute()
    {
        Open();
        var now = CircuitBreaker.FirstPauseMilliseconds;
        foreach (var pause in (long[])[10_000, 20_000, 40_000, 60_000, 60_000])
        {
            Assert.True(_breaker.TryEnter(now, out var turn));
            Assert.False(_breaker.TryEnter(now, out _));
            Assert.False(_breaker.OnFailed(turn, now));
            Assert.False(_breaker.TryEnter(now + pause - 1, out _));
            now += pause;
        }
    }

    [Fact]
    public void A_request_that_tries_and_never_ends_is_followed_by_another()
    {
        Open();
        Assert.True(_breaker.TryEnter(CircuitBreaker.FirstPauseMilliseconds, out _));
        Assert.True(_breaker.TryEnter(2 * CircuitBreaker.FirstPauseMilliseconds, out _));
    }

    [Fact]
    public void An_answer_lets_everybody_ask_again()
    {
        Open();
        Assert.True(_breaker.OnAnswered());
        Assert.True(_breaker.TryEnter(1, out _));
        Assert.False(_breaker.OnAnswered());
    }

    [Fact]
    public void Failures_of_requests_from_before_do_not_lengthen_the_pause()
    {
        _breaker.TryEnter(0, out var old);
        Open();
        for (var i = 0; i < 100; i++)
            Assert.False(_breaker.OnFailed(old, 10));
        Assert.True(_breaker.TryEnter(CircuitBreaker.FirstPauseMilliseconds, out _));
    }

    [Theory]
    [InlineData("""{"action":"allow"}""", HookAction.Allow, "")]
    [InlineData("""{"action":"allow","more":[1]}""", HookAction.Allow, "")]
    [InlineData("""{"action":"deny","text":"no links here"}""", HookAction.Deny, "no links here")]
    [InlineData("""{"action":"deny"}""", HookAction.Deny, "the message was denied")]
    public void An_answer_says_what_is_to_be_done(string json, object action, string reason)
    {
        Assert.Null(HookAnswer.Read(Encoding.UTF8.GetBytes(json), Problem, out var verdict));
        Assert.Equal(new HookVerdict((HookAction)action, reason), verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"action":"maybe"}""")]
    [InlineData("""{"action":1}""")]
    [InlineData("""{"action":"replace"}""")]
    [InlineData("""{"action":"replace","text":"longer than twenty bytes"}""")]
    public void Anything_else_is_no_answer(string json) => Assert.NotNull(HookAnswer.Read(Encoding.UTF8.GetBytes(json), Problem, out _));

    [Fact]
    public void A_replaced_text_takes_the_place_of_the_first_one()
    {
        Assert.Null(HookAnswer.Read("""{"action":"replace","text":"he said \"你\""}"""u8, Problem, out var verdict));
        Assert.Equal("he said \"你\"", verdict.Text);
    }

    [Fact]
    public void A_long_reason_is_cut_between_characters()
    {
        var text = new string('x', HookAnswer.MaxReason - 1) + "😀";
        Assert.Null(HookAnswer.Read(Encoding.UTF8.GetBytes($$"""{"action":"deny","text":"{{text}}"}"""), Problem, out var verdict));
        Assert.Equal(text[..(HookAnswer.MaxReason - 1)], verdict.Reason);
    }

    [Fact]
    public void The_question_has_the_message_and_what_its_sender_has_added()
    {
        var body = new ChatBody("""{"groupid":5,"id":1,"mood":{"is":[1]},"msg":"hi","msgid":10,"name":"alice","time":"t"}"""u8.ToArray(), 0);
        var message = new BeforeMessage(ConversationId.Group(5), 1, "c 1\n", MayComeAgain: true, body);
        Assert.Equal(
            """{"type":"message.before","timestamp":"1970-01-01T00:00:01Z","data":{"conversation":"g:5","from":1,"group":5,"cmid":"c 1\n","msg":"hi","extra":{"mood":{"is":[1]}}}}""",
            Encoding.UTF8.GetString(HookBody.Of(message, 1000).Span));
        Assert.Equal("b:g:5:1:c%201%0A", HookBody.IdOf(message));
    }

    [Fact]
    public void The_question_has_what_the_message_refers_to()
    {
        var body = new ChatBody("""{"id":1,"msg":"hi","msgid":6,"name":"alice","time":"t","toid":3}"""u8.ToArray(), 0);
        var message = new BeforeMessage(ConversationId.Direct(1, 3), 1, "c", MayComeAgain: true, body) { References = new() { Reply = 9, Mentions = [3] } };
        Assert.Contains("""
            "cmid":"c","reply":9,"mentions":[3],"msg":"hi"}
            """.Trim(), Encoding.UTF8.GetString(HookBody.Of(message, 1000).Span), StringComparison.Ordinal);
    }

    [Fact]
    public void The_question_about_an_edit_has_the_number_of_the_message_and_its_new_text()
    {
        var edit = new BeforeEdit(ConversationId.Direct(1, 3), 3, 41, "hi \"you\"");
        Assert.Equal(
            """{"type":"message.edit","timestamp":"1970-01-01T00:00:01Z","data":{"conversation":"d:1:3","from":3,"to":1,"seq":41,"msg":"hi \"you\""}}""",
            Encoding.UTF8.GetString(HookBody.Of(edit, 1000).Span));
        Assert.Equal("b:d:1:3:3:41:2cf24dba5fb0a30e", HookBody.IdOf(edit with { Text = "hello" }));
        Assert.NotEqual(HookBody.IdOf(edit), HookBody.IdOf(edit with { Text = "hello" }));
    }

    [Fact]
    public void What_was_said_is_remembered_for_the_same_text_only_and_for_some_thousands()
    {
        var recent = new RecentVerdicts();
        recent.Add(KeyOf(0, "a"), new HookVerdict(HookAction.Deny, "no"));
        Assert.True(recent.TryFind(KeyOf(0, "a"), 0, out var verdict));
        Assert.Equal("no", verdict.Reason);
        Assert.False(recent.TryFind(KeyOf(0, "b"), 0, out _));
        for (var i = 1; i < RecentVerdicts.Max; i++)
            recent.Add(KeyOf(i, "a"), HookVerdict.Allowed);
        recent.Add(KeyOf(RecentVerdicts.Max, "a"), HookVerdict.Allowed);
        Assert.True(recent.TryFind(KeyOf(0, "a"), 0, out _));
        for (var i = 1; i <= RecentVerdicts.Max; i++)
            recent.Add(KeyOf(RecentVerdicts.Max + i, "a"), HookVerdict.Allowed);
        Assert.False(recent.TryFind(KeyOf(0, "a"), 0, out _));
    }

    [Fact]
    public void Long_texts_are_remembered_by_their_bytes()
    {
        var recent = new RecentVerdicts();
        var large = new HookVerdict(HookAction.Allow, "", new string('x', RecentVerdicts.MaxBytes / 2));
        for (var i = 0; i < 3; i++)
            recent.Add(KeyOf(i, "a"), large);
        Assert.False(recent.TryFind(KeyOf(0, "a"), 0, out _));
        Assert.True(recent.TryFind(KeyOf(2, "a"), 0, out _));
    }

    void Open()
    {
        for (var i = 0; i < CircuitBreaker.MaxFailures; i++)
            Fail(now: 0);
    }

    bool Fail(long now)
    {
        Assert.True(_breaker.TryEnter(now, out var turn));
        return _breaker.OnFailed(turn, now);
    }

    static string? Problem(string text) => Limits.Problem(Encoding.UTF8.GetByteCount(text), BodyOf(text));

    static VerdictKey KeyOf(int number, string text) =>
        VerdictKey.Of(new BeforeMessage(ConversationId.Group(5), 1, $"c{number}", MayComeAgain: true, BodyOf(text)));

    static ChatBody BodyOf(string text) =>
        new(Encoding.UTF8.GetBytes($$"""{"id":1,"msg":"{{text}}","msgid":6,"name":"alice","time":"t","toid":2}"""), 0);
}
