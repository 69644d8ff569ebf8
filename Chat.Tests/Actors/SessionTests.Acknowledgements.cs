using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>An acknowledgement that is alone waits for what comes next, if it is on its way.</summary>
public sealed partial class SessionTests
{
    [Fact]
    public async Task An_acknowledgement_leaves_together_with_the_next_message()
    {
        var (session, _) = await AcknowledgeAsync();
        Assert.False(_socket.Reader.TryRead(out _));

        Users.Send(session, PushOf(1));
        await ReadUntilAsync("hello 1");
        Assert.Matches("(?s)\"ref\":11.*hello 1", _read.ToString());
    }

    [Fact]
    public async Task An_acknowledgement_leaves_alone_when_nothing_else_comes()
    {
        var (_, round) = await AcknowledgeAsync();
        Assert.False(_socket.Reader.TryRead(out _));

        for (var pool = round; pool is not null; pool = _pool.TryDequeue(out var next) ? next : null)
            pool.Execute();
        await ReadUntilAsync("\"ref\":11");
    }

    [Fact]
    public async Task An_answer_waits_for_nothing_and_takes_acknowledgements_with_it()
    {
        var (session, _) = await AcknowledgeAsync();
        session.Tell(Message("""{"msgid":104,"ref":99}"""));
        await ReadUntilAsync("\"ref\":99");
        Assert.Matches("(?s)\"ref\":11.*\"ref\":99", _read.ToString());
    }

    readonly Queue<IThreadPoolWorkItem> _pool = new();

    /// <summary>A session whose outbox holds the acknowledgement of <c>ref</c> 11, and the round that it waits for.</summary>
    async Task<(IActorRef Session, IThreadPoolWorkItem Round)> AcknowledgeAsync()
    {
        var isWaiting = new TaskCompletionSource<IThreadPoolWorkItem>(TaskCreationOptions.RunContinuationsAsynchronously);
        _round = new AckCoalescer(item =>
        {
            if (!isWaiting.TrySetResult(item))
                _pool.Enqueue(item);
        });
        var session = await LogInAsync(isModern: true);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":11}"""));
        var post = await Conversations.ExpectMsgAsync<Post>();
        Conversations.Reply(new PostAccepted(Pair, post.Number, 7, 1));
        return (session, await isWaiting.Task.WaitAsync(Patience));
    }
}
