using System.Net;
using System.Text;
using Chat.Node.Contracts;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Actors;
using Chat.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>Questions to a real server, with a real database behind.</summary>
public sealed class BeforeHookTests : ActorTest
{
    const string Deny = """{"action":"deny","text":"no"}""";
    static readonly byte[] Secret = Enumerable.Repeat((byte)7, 32).ToArray();
    readonly HeldTimers _clock = new();
    static readonly ConversationId Pair = ConversationId.Direct(Alice, Bob);

    [Fact]
    public async Task A_question_is_signed_and_its_answer_counts()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answer = text => text switch
        {
            "bad" => Deny,
            "worse" => """{"action":"replace","text":"better"}""",
            _ => """{"action":"allow"}""",
        };
        using var hook = HookOf(receiver.Url);
        Assert.Equal(HookVerdict.Allowed, await hook.AskAsync(MessageOf("good")));
        Assert.Equal(new HookVerdict(HookAction.Deny, "no"), await hook.AskAsync(MessageOf("bad")));
        Assert.Equal(HookVerdict.Allowed with { Text = "better" }, await hook.AskAsync(MessageOf("worse")));
        Assert.All(receiver.Questions, question => Assert.True(question.IsSignedWith(WebhookSecret.Format(Secret))));
        Assert.Equal(HookBody.IdOf(MessageOf("good")), receiver.Questions.First().Id);
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_signed()
    {
        await using var receiver = await HookReceiver.StartAsync();
        using var hook = HookOf(receiver.Url, secrets: []);
        await hook.AskAsync(MessageOf("hi"));
        Assert.Equal("", receiver.Questions.Single().Signature);
    }

    [Theory]
    [InlineData(HookFailure.Allow, HookAction.Allow)]
    [InlineData(HookFailure.Deny, HookAction.Postpone)]
    public async Task An_answer_that_is_none_is_what_the_settings_say(object onFailure, object expected)
    {
        await using var receiver = await HookReceiver.StartAsync();
        using var hook = HookOf(receiver.Url, (HookFailure)onFailure);
        receiver.Answer = _ => "<html>";
        Assert.Equal((HookAction)expected, (await hook.AskAsync(MessageOf("one"))).Action);
        (receiver.Answer, receiver.Status) = (_ => Deny, (int)HttpStatusCode.InternalServerError);
        Assert.Equal((HookAction)expected, (await hook.AskAsync(MessageOf("two"))).Action);
        receiver.Answer = _ => new string('x', 200_000);
        receiver.Status = (int)HttpStatusCode.OK;
        Assert.Equal((HookAction)expected, (await hook.AskAsync(MessageOf("three"))).Action);
    }

    /// <summary>Else a message that the server cannot read would let others pass.</summary>
    [Fact]
    public async Task A_server_that_answers_badly_goes_on_to_be_asked()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Status = (int)HttpStatusCode.InternalServerError;
        using var hook = HookOf(receiver.Url);
        for (var i = 0; i < 3 * CircuitBreaker.MaxFailures; i++)
            await hook.AskAsync(MessageOf($"m{i}"));
        Assert.Equal(3 * CircuitBreaker.MaxFailures, receiver.Questions.Count);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_waited_for_and_then_not_asked_for_a_while()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answer = _ => null;
        using var hook = HookOf(receiver.Url);
        var asking = Enumerable.Range(0, CircuitBreaker.MaxFailures).Select(i => hook.AskAsync(MessageOf($"m{i}"))).ToList();
        await Eventually.TrueAsync(() => receiver.Questions.Count == CircuitBreaker.MaxFailures);
        Assert.DoesNotContain(asking, each => each.IsCompleted);
        Assert.All(_clock.Timers, timer => Assert.Equal(TimeSpan.FromSeconds(1), timer.Due));
        _clock.FireAll();
        Assert.All(await Task.WhenAll(asking), verdict => Assert.Equal(HookAction.Postpone, verdict.Action));
        for (var i = 0; i < 100; i++)
            Assert.Equal(HookAction.Postpone, (await hook.AskAsync(MessageOf($"later{i}"))).Action); // nothing fires: who asked would wait for ever
        Assert.Equal(CircuitBreaker.MaxFailures, receiver.Questions.Count);

        receiver.Answer = _ => """{"action":"allow"}""";
        _clock.Advance(TimeSpan.FromMilliseconds(CircuitBreaker.FirstPauseMilliseconds));
        Assert.Equal(HookVerdict.Allowed, await hook.AskAsync(MessageOf("again")));
        Assert.Equal(HookVerdict.Allowed, await hook.AskAsync(MessageOf("and again")));
    }

    [Fact]
    public async Task A_message_that_comes_again_is_not_asked_about_again()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answer = _ => """{"action":"replace","text":"first"}""";
        using var hook = HookOf(receiver.Url);
        var first = await hook.AskAsync(MessageOf("hi"));
        receiver.Answer = _ => """{"action":"replace","text":"second"}""";
        Assert.Equal(first, await hook.AskAsync(MessageOf("hi")));
        Assert.Single(receiver.Questions);
        await hook.AskAsync(MessageOf("another text", cmid: "hi"));
        Assert.Equal(["hi", "another text"], receiver.Texts);
    }

    [Theory]
    [InlineData("""{"action":"deny","text":"no"}""")]
    [InlineData("<html>")]
    public async Task What_was_accepted_before_is_not_refused_when_it_comes_again(string answer)
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answer = _ => answer;
        var accepted = MessageOf("hi");
        await LogStore.AppendAsync([new LogRow(Pair, 1, Alice, accepted.Cmid, 1, accepted.Body.Bytes)]);
        using var hook = HookOf(receiver.Url);
        Assert.Equal(HookAction.Allow, (await hook.AskAsync(accepted)).Action);
        Assert.NotEqual(HookAction.Allow, (await hook.AskAsync(MessageOf("other"))).Action);
    }

    [Fact]
    public async Task An_edit_is_asked_about_as_a_message_is_and_its_answer_is_remembered()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answer = text => text switch
        {
            "bad" => Deny,
            "worse" => """{"action":"replace","text":"better"}""",
            "long" => $$"""{"action":"replace","text":"{{new string('x', 20_000)}}"}""",
            _ => """{"action":"allow"}""",
        };
        using var hook = HookOf(receiver.Url);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HookVerdict.Allowed, await hook.AskAsync(EditOf("good")));
            Assert.Equal(new HookVerdict(HookAction.Deny, "no"), await hook.AskAsync(EditOf("bad")));
            Assert.Equal(HookVerdict.Allowed with { Text = "better" }, await hook.AskAsync(EditOf("worse")));
        }

        Assert.Equal(["good", "bad", "worse"], receiver.Texts);
        Assert.Equal(HookAction.Postpone, (await hook.AskAsync(EditOf("long"))).Action);
        Assert.All(receiver.Questions, question => Assert.True(question.IsSignedWith(WebhookSecret.Format(Secret))));
        Assert.Equal(HookBody.IdOf(EditOf("good")), receiver.Questions.First().Id);
        Assert.Equal("message.edit", receiver.Questions.First().Json.GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_edit_is_asked_about_again_after_a_minute()
    {
        await using var receiver = await HookReceiver.StartAsync();
        using var hook = HookOf(receiver.Url);
        await hook.AskAsync(EditOf("hi"));
        receiver.Answer = _ => Deny;
        Assert.Equal(HookVerdict.Allowed, await hook.AskAsync(EditOf("hi")));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HookAction.Deny, (await hook.AskAsync(EditOf("hi"))).Action);
    }

    [Fact]
    public async Task An_edit_of_another_message_or_user_is_another_one()
    {
        await using var receiver = await HookReceiver.StartAsync();
        using var hook = HookOf(receiver.Url);
        await hook.AskAsync(EditOf("hi"));
        await hook.AskAsync(EditOf("hi") with { Seq = 8 });
        await hook.AskAsync(EditOf("hi") with { Sender = Bob });
        await hook.AskAsync(EditOf("hi") with { Conversation = ConversationId.Group(5) });
        await hook.AskAsync(MessageOf("hi", cmid: "7"));
        Assert.Equal(5, receiver.Questions.Select(question => question.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"action":"deny","text":"no"}""")]
    [InlineData("<html>")]
    public async Task A_text_that_a_message_has_already_is_not_refused(string answer)
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answer = _ => answer;
        await LogStore.AppendAsync([new LogRow(Pair, 1, Alice, "c", 1, MessageOf("hi").Body.Bytes)]);
        using var hook = HookOf(receiver.Url);
        Assert.Equal(HookAction.Allow, (await hook.AskAsync(EditOf("hi") with { Seq = 1 })).Action);
        Assert.NotEqual(HookAction.Allow, (await hook.AskAsync(EditOf("hi") with { Seq = 2 })).Action);
        Assert.NotEqual(HookAction.Allow, (await hook.AskAsync(EditOf("ho") with { Seq = 1 })).Action);
        Assert.NotEqual(HookAction.Allow, (await hook.AskAsync(EditOf("hi") with { Seq = 1, Sender = Bob })).Action);
    }

    [Fact]
    public async Task Without_the_database_nobody_is_told_that_a_message_is_denied()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Answer = _ => Deny;
        using var hook = HookOf(receiver.Url);
        Database.Reads = StatementFault.Refused;
        Assert.Equal(HookAction.Postpone, (await hook.AskAsync(MessageOf("hi"))).Action);
        Database.Reads = StatementFault.None;
        Assert.Equal(HookAction.Deny, (await hook.AskAsync(MessageOf("hi"))).Action);
    }

    [Fact]
    public async Task A_private_address_is_asked_only_where_that_is_allowed()
    {
        await using var receiver = await HookReceiver.StartAsync();
        using var hook = HookOf(receiver.Url, allowPrivate: false);
        Assert.Equal(HookAction.Postpone, (await hook.AskAsync(MessageOf("hi"))).Action);
        Assert.Empty(receiver.Questions);
    }

    BeforeHook HookOf(Uri url, HookFailure onFailure = HookFailure.Deny, bool allowPrivate = true, byte[][]? secrets = null) => new(
        new HookSettings { BeforeMessage = url, OnFailure = onFailure, Secrets = secrets ?? [Secret] }, allowPrivate, new MessageLimits(16384, 65536), LogStore, _clock,
        NullLogger<BeforeHook>.Instance);

    static BeforeEdit EditOf(string text) => new(Pair, Alice, 7, text);

    static BeforeMessage MessageOf(string text, string? cmid = null) => new(
        Pair, Alice, cmid ?? text, MayComeAgain: true,
        new ChatBody(Encoding.UTF8.GetBytes($$"""{"id":1,"msg":"{{text}}","msgid":6,"name":"alice","time":"t","toid":2}"""), 0));
}
