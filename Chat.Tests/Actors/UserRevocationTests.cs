using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A user who is logged out everywhere.</summary>
public sealed class UserRevocationTests : UserTest
{
    [Fact]
    public async Task Every_session_is_told_and_the_question_is_answered()
    {
        var user = Start();
        var (first, _) = await AttachAsync(user, 100);
        var (second, _) = await AttachAsync(user, 101);
        var asker = NewProbe();
        user.Tell(new EndSessions(Bob, 1), asker.Ref);

        await asker.ExpectMsgAsync<SessionsEnded>();
        await ExpectEndAsync(first, 1);
        await ExpectEndAsync(second, 1);
    }

    [Fact]
    public async Task Sessions_of_a_user_who_is_shut_out_are_told_so_before_they_are_told_to_end()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        var asker = NewProbe();
        user.Tell(new BanSessions(Bob, 1), NewProbe().Ref);
        user.Tell(new EndSessions(Bob, 1), asker.Ref);
        await asker.ExpectMsgAsync<SessionsEnded>();
        Assert.Equal(new BanSession(Bob, 1), await session.FishForMessageAsync<object>(message => message is BanSession or EndSession));
        await ExpectEndAsync(session, 1);
    }

    [Fact]
    public async Task A_session_that_attaches_later_is_told_too_because_its_login_may_be_older()
    {
        var user = Start();
        user.Tell(new EndSessions(Bob, 2), NewProbe().Ref);
        var session = NewProbe();
        user.Tell(new Attach(Bob, 100, IsModern: true, IsReattach: true, null), session.Ref);
        await ExpectEndAsync(session, 2);
        await session.ExpectMsgAsync<Attached>(Patience);
    }

    [Fact]
    public async Task A_later_life_reads_the_generation_and_tells_sessions_that_came_before_it_knew()
    {
        Database.Reads = StatementFault.Refused;
        var user = Start();
        var session = NewProbe();
        user.Tell(new Attach(Bob, 100, IsModern: true, IsReattach: true, null), session.Ref);
        await FenceAsync(user, NewProbe());
        await new Revocations(Database, Clock).RevokeAsync(Bob);
        Database.Reads = StatementFault.None;
        await ExpectEndAsync(session, 1);
    }

    [Fact]
    public async Task Nobody_is_told_of_a_user_who_was_never_logged_out_everywhere()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        user.Tell(new EndSessions(Bob, 0), NewProbe().Ref);
        Deliver(user, 1);
        Assert.IsType<Push>(await session.ExpectMsgAsync<object>());
    }

    static async Task ExpectEndAsync(TestProbe session, int generation) =>
        Assert.Equal(new EndSession(Bob, generation), await session.FishForMessageAsync<EndSession>(_ => true));
}
