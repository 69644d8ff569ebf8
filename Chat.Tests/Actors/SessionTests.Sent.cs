using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Who sends has read: the user is told how far its client has sent.</summary>
public sealed partial class SessionTests
{
    [Fact]
    public async Task What_was_sent_is_told_to_the_user_together()
    {
        var session = await LogInAsync(isModern: true);
        await SendAsync(session, "c1", seq: 7);
        await SendAsync(session, "c2", seq: 9);

        var sent = await Users.ExpectMsgAsync<SentUpTo>();
        while (sent.Sent is [{ Seq: 7 }]) // on a slow machine a tick comes between the two
            sent = await Users.ExpectMsgAsync<SentUpTo>();
        Assert.Equal((Alice, new SentMark(Pair, 9)), (sent.UserId, Assert.Single(sent.Sent)));

        await SendAsync(session, "c3", seq: 10);
        Assert.Equal([new SentMark(Pair, 10)], (await Users.ExpectMsgAsync<SentUpTo>()).Sent);
    }

    [Fact]
    public async Task What_was_sent_is_told_before_the_session_ends()
    {
        var session = await LogInAsync(isModern: true);
        await SendAsync(session, "c1", seq: 7);
        session.Tell(new ConnectionClosed(CanStillWrite: false));

        Assert.Equal([new SentMark(Pair, 7)], (await Users.ExpectMsgAsync<SentUpTo>()).Sent);
        await Users.ExpectMsgAsync<Detach>();
    }

    async Task SendAsync(IActorRef session, string cmid, long seq)
    {
        session.Tell(Message($$"""{"msgid":6,"toid":2,"msg":"x","cmid":"{{cmid}}","ref":"{{cmid}}"}"""));
        Conversations.Send(session, new PostAccepted(Pair, (await Conversations.ExpectMsgAsync<Post>()).Number, seq, 1));
        await ReadUntilAsync($"\"ref\":\"{cmid}\"");
    }
}
