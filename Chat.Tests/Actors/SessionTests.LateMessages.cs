using System.Security.Cryptography;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>What comes when nobody expects it any more.</summary>
public sealed partial class SessionTests
{
    /// <summary>Messages between nodes may come late: those of an earlier life of the user, or of who was logged in here before.</summary>
    [Fact]
    public async Task What_another_user_actor_tells_is_not_written()
    {
        var session = await LogInAsync(isModern: true);
        var stranger = CreateTestProbe();
        stranger.Send(session, new Push(0, 1, new AcceptedMessage(Pair, 1, Bob, "c1", 1, BodyOf(Bob, "for somebody else", Alice), 0)));
        stranger.Send(session, new OfflinePage([new QueuedMessage(1, Pair, 1, "c1", 1, BodyOf(Bob, "from another queue", Alice))]));
        Users.Send(session, new Push(0, 1, new AcceptedMessage(Pair, 1, Bob, "c2", 1, BodyOf(Bob, "for me", Alice), 0)));

        await ReadUntilAsync("for me");
        Assert.DoesNotContain("else", _read.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("another queue", _read.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The answer of a life that has ended meanwhile may come first.</summary>
    [Fact]
    public async Task Who_answers_last_is_the_user()
    {
        var session = await LogInAsync(isModern: true);
        var next = CreateTestProbe();
        next.Send(session, new Attached(Alice, [], HasMore: false));
        next.Send(session, new Push(0, 1, new AcceptedMessage(Pair, 1, Bob, "c1", 1, BodyOf(Bob, "of the next life", Alice), 0)));
        await ReadUntilAsync("of the next life");
        Assert.Equal(1, (await next.FishForMessageAsync<Pushed>(_ => true, Patience)).UpTo);
    }

    /// <summary>Nobody waits for it: it must not stand in the way of who logs in next.</summary>
    [Fact]
    public async Task An_answer_that_comes_after_the_logout_changes_nothing()
    {
        var session = await LogInAsync(isModern: true);
        await LogOutAsync(session);
        Users.Send(session, new Attached(Alice, [], HasMore: false));

        await StartLogInAsBobAsync(session);
    }

    /// <summary>It would bring the rows of somebody else.</summary>
    [Fact]
    public async Task An_answer_to_who_was_logged_in_before_is_not_taken_for_the_next()
    {
        var session = await LogInAsync(isModern: true);
        await LogOutAsync(session);
        await StartLogInAsBobAsync(session);

        Users.Send(session, new Attached(Alice, [RowOf(10, 1)], HasMore: false));
        Users.Send(session, new AttachRefused(Alice));
        Users.Send(session, new Attached(Bob, [RowOf(11, 2)], HasMore: false));

        await ReadUntilAsync("hello 2");
        Assert.Equal(["hello 2"], Shown());
    }

    async Task LogOutAsync(IActorRef session)
    {
        session.Tell(Message("""{"msgid":3,"ref":7}"""));
        await ReadUntilAsync("\"ref\":7,\"errno\":0");
    }

    /// <summary>On the connection that another user has left; returns when his user is asked.</summary>
    async Task StartLogInAsBobAsync(IActorRef session)
    {
        await Accounts.SaveTokenAsync(SHA256.HashData("another"u8), new Account { Id = Bob }, Clock.GetUtcNow().AddDays(1));
        session.Tell(new LoginRequest(null, null, null, "another"));
        await Users.FishForMessageAsync<Attach>(attach => attach.UserId == Bob, Patience);
    }
}
