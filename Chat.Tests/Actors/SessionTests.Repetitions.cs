using System.Text.RegularExpressions;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>
/// A user's actor that moves just after a flush has not heard of it: what its next life gives again is not shown again on the same
/// connection, and is told to have left all the same.
/// </summary>
public sealed partial class SessionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_pushed_is_not_shown_again_when_the_next_life_of_the_user_has_it_in_the_queue(bool isModern)
    {
        var session = await LogInAsync(isModern);
        Users.Send(session, PushOf(1));
        Users.Send(session, PushOf(3)); // the client's own messages have numbers too
        await ReadUntilAsync("hello 3");
        var next = CreateTestProbe();
        next.Send(session, new Attached(Alice, [RowOf(10, 1), RowOf(11, 3), RowOf(12, 4)], HasMore: false));

        await ReadUntilAsync("hello 4");
        Assert.Equal(12, (await next.FishForMessageAsync<OfflinePushed>(pushed => pushed.UpTo == 12, Patience)).UpTo);
        Assert.Equal(["hello 1", "hello 3", "hello 4"], Shown());
    }

    [Fact]
    public async Task What_came_with_the_login_of_a_legacy_client_is_not_shown_again()
    {
        var session = await StartLogInAsync(isModern: false);
        Users.Send(session, new Attached(Alice, [RowOf(10, 1)], HasMore: false));
        await ReadUntilAsync("hello 1");
        var next = CreateTestProbe();
        next.Send(session, new Attached(Alice, [RowOf(10, 1)], HasMore: false));

        Assert.Equal(10, (await next.FishForMessageAsync<OfflinePushed>(_ => true, Patience)).UpTo);
        next.Send(session, PushOf(2));
        await ReadUntilAsync("hello 2");
        Assert.Equal(["hello 1", "hello 2"], Shown());
    }

    [Fact]
    public async Task A_legacy_client_is_shown_a_row_behind_a_later_number_if_it_has_not_seen_it()
    {
        var session = await LogInAsync(isModern: false);
        Users.Send(session, PushOf(3));
        await ReadUntilAsync("hello 3");
        Users.Send(session, new OfflinePage([RowOf(10, 2)]));

        await ReadUntilAsync("hello 2");
        Assert.Equal(10, (await Users.FishForMessageAsync<OfflinePushed>(_ => true, Patience)).UpTo);
    }

    /// <summary>Between two conversations' lives a copy may be queued in front of lower numbers.</summary>
    [Fact]
    public async Task A_legacy_client_is_shown_a_push_behind_a_row_of_a_later_number()
    {
        var session = await StartLogInAsync(isModern: false);
        Users.Reply(new Attached(Alice, [RowOf(10, 5)], HasMore: true));
        await ReadUntilAsync("hello 5");
        Users.Send(session, new OfflinePage([RowOf(11, 9)]));
        await ReadUntilAsync("hello 9");
        Users.Send(session, PushOf(4));
        Users.Send(session, PushOf(8));
        Users.Send(session, PushOf(9));

        Assert.Equal(9, (await Users.FishForMessageAsync<Pushed>(pushed => pushed.UpTo >= 9, Patience)).UpTo);
        await ReadUntilAsync("hello 8");
        Assert.Equal(["hello 5", "hello 9", "hello 4", "hello 8"], Shown());
    }

    [Fact]
    public async Task What_is_not_shown_again_is_not_told_before_it_has_left()
    {
        var session = await LogInAsync(isModern: true);
        var large = new string('x', 100_000); // the socket takes it when somebody reads
        Users.Send(session, new Push(0, 1, new AcceptedMessage(Pair, 1, Bob, "c1", 1, BodyOf(Bob, large, Alice), 0)));
        var next = CreateTestProbe();
        next.Send(session, new Attached(Alice, [RowOf(10, 1)], HasMore: false));
        session.Tell(Message("""{"msgid":104,"ref":99}"""));
        await ReadUntilAsync("\"ref\":99");

        Assert.IsType<Pushed>(await next.ExpectMsgAsync<object>(Patience));
        Assert.IsType<OfflinePushed>(await next.ExpectMsgAsync<object>(Patience));
    }

    [Fact]
    public async Task A_copy_of_another_server_is_shown_once_whichever_life_of_its_conversation_brings_it()
    {
        var session = await LogInAsync(isModern: false);
        Users.Send(session, CopyOf(incarnation: -5, number: 1, seq: 2));
        Assert.Equal((-5, 1), await NextReportOfCopiesAsync());

        Users.Send(session, CopyOf(incarnation: -6, number: 1, seq: 2));
        Assert.Equal((-6, 1), await NextReportOfCopiesAsync());

        Users.Send(session, PushOf(2));
        Assert.Equal(2, (await Users.FishForMessageAsync<Pushed>(pushed => pushed.Incarnation == 0, Patience)).UpTo);

        Users.Send(session, new OfflinePage([RowOf(10, 2)]));
        Assert.Equal(10, (await Users.FishForMessageAsync<OfflinePushed>(_ => true, Patience)).UpTo);
        Users.Send(session, PushOf(3));
        await ReadUntilAsync("hello 3");
        Assert.Equal(["hello 2", "hello 3"], Shown());
    }

    [Fact]
    public async Task Who_logs_in_on_a_connection_that_another_has_left_gets_the_copies_that_the_other_had()
    {
        var session = await LogInAsync(isModern: true);
        Users.Send(session, CopyOf(incarnation: -5, number: 1, seq: 2));
        Assert.Equal((-5, 1), await NextReportOfCopiesAsync());
        await LogOutAsync(session);
        await StartLogInAsBobAsync(session);
        Users.Reply(new Attached(Bob, [], HasMore: false));

        Users.Send(session, CopyOf(incarnation: -5, number: 1, seq: 2));
        Assert.Equal((-5, 1), await NextReportOfCopiesAsync());
        Users.Send(session, PushOf(3));
        await ReadUntilAsync("hello 3");
        Assert.Equal(["hello 2", "hello 2", "hello 3"], Shown());
    }

    static QueuedMessage RowOf(long rowId, long seq) => new(rowId, Pair, seq, $"c{seq}", 1, BodyOf(Bob, $"hello {seq}", Alice));

    static Push CopyOf(long incarnation, long number, long seq) =>
        new(incarnation, number, new AcceptedMessage(Pair, seq, Bob, $"c{seq}", 1, BodyOf(Bob, $"hello {seq}", Alice), 0));

    async Task<(long Incarnation, long UpTo)> NextReportOfCopiesAsync()
    {
        var pushed = await Users.FishForMessageAsync<Pushed>(pushed => pushed.Incarnation != 0, Patience);
        return (pushed.Incarnation, pushed.UpTo);
    }

    /// <summary>The texts, in the order in which they were written.</summary>
    IEnumerable<string> Shown() => Texts().Matches(_read.ToString()).Select(match => match.Value);

    [GeneratedRegex(@"hello \d+", RegexOptions.None, 1000)]
    private static partial Regex Texts();
}
