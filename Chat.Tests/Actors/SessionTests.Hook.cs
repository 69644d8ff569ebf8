using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>The product's own server is asked about what clients send.</summary>
public sealed partial class SessionTests
{
    readonly HeldHook _hook = new();

    [Fact]
    public async Task Messages_go_in_order_whatever_was_said_first()
    {
        Hook = _hook;
        var session = await LogInAsync(isModern: true);
        foreach (var i in (int[])[1, 2, 3])
            session.Tell(Message($$"""{"msgid":6,"toid":2,"msg":"m{{i}}","cmid":"c{{i}}","ref":{{i}}}"""));
        (await _hook.AskedAsync("m3")).SetResult(HookVerdict.Allowed);
        (await _hook.AskedAsync("m2")).SetResult(HookVerdict.Allowed);
        session.Tell(Message("""{"msgid":104,"ref":99}"""));
        await ReadUntilAsync("\"ref\":99");
        await Conversations.ExpectNoMsgAsync(TimeSpan.Zero);
        (await _hook.AskedAsync("m1")).SetResult(HookVerdict.Allowed);
        foreach (var i in (int[])[1, 2, 3])
        {
            var post = await Conversations.ExpectMsgAsync<Post>();
            Assert.Equal(($"c{i}", i, i - 1L), (post.Cmid, (int)post.Number, post.Previous));
        }
    }

    [Fact]
    public async Task A_denied_message_is_answered_and_what_waits_behind_it_goes()
    {
        Hook = _hook;
        var session = await LogInAsync(isModern: true);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"m1","cmid":"c1","ref":1}"""));
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"m2","cmid":"c2","ref":2}"""));
        (await _hook.AskedAsync("m2")).SetResult(HookVerdict.Allowed with { Text = "other" });
        (await _hook.AskedAsync("m1")).SetResult(new HookVerdict(HookAction.Deny, "no links here"));
        await ReadUntilAsync("""{"msgid":102,"ref":1,"errno":13,"errmsg":"no links here","retry":false}""");
        var post = await Conversations.ExpectMsgAsync<Post>();
        Assert.Equal(("c2", 1L), (post.Cmid, post.AnsweredTo));
        Assert.Equal("other", ChangedBody.TextOf(post.Body.Span));
        Conversations.Reply(new PostAccepted(Pair, post.Number, 7, 1));
        await ReadUntilAsync("\"seq\":7");
    }

    [Fact]
    public async Task Without_an_answer_a_modern_client_repeats_it_first()
    {
        Hook = _hook;
        var session = await LogInAsync(isModern: true);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"m1","cmid":"c1","ref":1}"""));
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"m2","cmid":"c2","ref":2}"""));
        (await _hook.AskedAsync("m2")).SetResult(HookVerdict.Allowed);
        (await _hook.AskedAsync("m1")).SetResult(new HookVerdict(HookAction.Postpone, "later"));
        await ReadUntilAsync("\"ref\":2,\"errno\":10");
        Assert.Contains("\"ref\":1,\"errno\":10", _read.ToString(), StringComparison.Ordinal);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"m2","cmid":"c2","ref":3}"""));
        await ReadUntilAsync("\"ref\":3,\"errno\":10");
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"again","cmid":"c1","ref":4}"""));
        (await _hook.AskedAsync("again")).SetResult(HookVerdict.Allowed);
        Assert.Equal("c1", (await Conversations.ExpectMsgAsync<Post>()).Cmid);
    }

    [Fact]
    public async Task For_a_legacy_client_its_session_asks_again_also_when_it_has_left()
    {
        Hook = _hook;
        var session = await LogInAsync(isModern: false);
        await WatchAsync(session);
        session.Tell(Message("""{"id":1,"msg":"m1","msgid":6,"name":"alice","time":"t","toid":2}"""));
        session.Tell(Message("""{"id":1,"msg":"m2","msgid":6,"name":"alice","time":"t","toid":2}"""));
        session.Tell(new ConnectionClosed(CanStillWrite: false));
        (await _hook.AskedAsync("m2")).SetResult(HookVerdict.Allowed);
        (await _hook.AskedAsync("m1")).SetResult(new HookVerdict(HookAction.Postpone, "later"));
        (await _hook.AskedAsync("m1")).SetResult(HookVerdict.Allowed);
        foreach (var text in (string[])["m1", "m2"])
        {
            var post = await Conversations.ExpectMsgAsync<Post>();
            Assert.Contains($"\"msg\":\"{text}\"", Encoding.UTF8.GetString(post.Body.Span), StringComparison.Ordinal);
            Conversations.Send(session, new PostAccepted(Pair, post.Number, post.Number, 1));
        }

        await ExpectTerminatedAsync(session);
    }

    [Fact]
    public async Task A_legacy_client_reads_why_its_message_was_denied_as_a_message_of_its_own()
    {
        Hook = _hook;
        var session = await LogInAsync(isModern: false);
        session.Tell(Message("""{"id":1,"msg":"m1","msgid":6,"name":"alice","time":"t","toid":2}"""));
        (await _hook.AskedAsync("m1")).SetResult(new HookVerdict(HookAction.Deny, "no links here"));
        await ReadUntilAsync("""{"id":1,"msg":"not delivered: no links here","msgid":6,"name":"alice","time":""");
        await ReadUntilAsync(""","toid":1}""");
        session.Tell(Message("""{"id":1,"msg":"m2","msgid":6,"name":"alice","time":"t","toid":2}"""));
        (await _hook.AskedAsync("m2")).SetResult(HookVerdict.Allowed);
        Assert.Contains("m2", Encoding.UTF8.GetString((await Conversations.ExpectMsgAsync<Post>()).Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_said_about_a_message_that_was_given_up_meanwhile_has_no_effect()
    {
        Hook = _hook;
        Clock.Stop();
        var session = await LogInAsync(isModern: true);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"m1","cmid":"c1","ref":1}"""));
        var late = await _hook.AskedAsync("m1");
        Clock.Advance(TimeSpan.FromSeconds(3));
        await ReadUntilAsync("\"ref\":1,\"errno\":10");
        late.SetResult(HookVerdict.Allowed);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"again","cmid":"c1","ref":2}"""));
        (await _hook.AskedAsync("again")).SetResult(HookVerdict.Allowed);
        Assert.Contains("again", Encoding.UTF8.GetString((await Conversations.ExpectMsgAsync<Post>()).Body.Span), StringComparison.Ordinal);
    }

    /// <summary>Answers when the test does.</summary>
    sealed class HeldHook : IBeforeHook
    {
        readonly ConcurrentDictionary<string, ConcurrentQueue<TaskCompletionSource<HookVerdict>>> _asked = new();

        public Task<HookVerdict> AskAsync(BeforeMessage message)
        {
            var text = Encoding.UTF8.GetString(message.Body.Bytes.Span).Split("\"msg\":\"")[1].Split('"')[0];
            var answer = new TaskCompletionSource<HookVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked.GetOrAdd(text, _ => new()).Enqueue(answer);
            return answer.Task;
        }

        public Task<HookVerdict> AskAsync(BeforeEdit edit)
        {
            var answer = new TaskCompletionSource<HookVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked.GetOrAdd($"{edit.Seq} {edit.Text}", _ => new()).Enqueue(answer);
            return answer.Task;
        }

        /// <summary>The next question about a text.</summary>
        public async Task<TaskCompletionSource<HookVerdict>> AskedAsync(string text)
        {
            TaskCompletionSource<HookVerdict>? answer = null;
            await Support.Eventually.TrueAsync(() => _asked.TryGetValue(text, out var waiting) && waiting.TryDequeue(out answer));
            return answer!;
        }
    }
}
