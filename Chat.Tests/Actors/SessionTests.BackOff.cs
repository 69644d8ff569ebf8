using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>What is sent to a node in the moment of its death is lost: a session that hears nothing asks again, soon.</summary>
public sealed partial class SessionTests
{
    static readonly BackOff Soon = new(TimeSpan.FromMilliseconds(10));

    [Fact]
    public async Task A_login_asks_for_its_user_until_the_user_answers()
    {
        BackOff = Soon;
        await StartLogInAsync(isModern: true);
        for (var i = 0; i < 3; i++)
            await Users.ExpectMsgAsync<Attach>();
        Users.Reply(new Attached(Alice, [], HasMore: false));
        await ReadUntilAsync("\"errno\":0");
    }

    [Fact]
    public async Task A_post_is_sent_until_its_conversation_answers()
    {
        BackOff = Soon;
        var session = await LogInAsync(isModern: true);
        session.Tell(Message("""{"msgid":6,"toid":2,"msg":"one","cmid":"c1","ref":1}"""));
        var first = await Conversations.ExpectMsgAsync<Post>();
        for (var i = 0; i < 3; i++)
            Assert.Equal((first.Number, "c1"), await NumberAndCmidAsync());
        Conversations.Send(session, new PostAccepted(Pair, first.Number, 7, 1));
        await ReadUntilAsync("\"seq\":7");

        async Task<(long Number, string Cmid)> NumberAndCmidAsync()
        {
            var post = await Conversations.ExpectMsgAsync<Post>();
            return (post.Number, post.Cmid);
        }
    }

    [Fact]
    public void The_first_pause_is_an_eighth_of_a_second_and_the_longest_one_second() =>
        Assert.Equal([125d, 250, 500, 1000, 1000], Enumerable.Range(0, 5).Select(repeats => Chat.Node.Gateway.BackOff.Standard.After(repeats).TotalMilliseconds));
}
