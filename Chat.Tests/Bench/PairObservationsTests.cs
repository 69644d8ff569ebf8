using Chat.Bench.Survival;
using Chat.Checker.Checking;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Bench;

/// <summary>One story of real clients without a fault, and each fault put into it: the one checker finds it.</summary>
public sealed class PairObservationsTests
{
    static readonly ConversationId Conversation = ConversationId.Direct(1, 2);

    readonly List<MadeMessage> _sent = [Made(0, 1), Made(1, 1), Made(2, 2), Made(3, 1)];
    readonly List<LoggedMessage> _acknowledged = [Logged(0, 1, 10), Logged(1, 1, 12), Logged(2, 2, 11)];
    readonly List<LoggedMessage> _received = [Logged(0, 1, 10), Logged(2, 2, 11), Logged(1, 1, 12)];
    readonly List<LoggedMessage> _history = [Logged(0, 1, 10), Logged(2, 2, 11), Logged(1, 1, 12)];

    [Fact]
    public void A_story_without_a_fault_has_no_violation() => Assert.Empty(Check());

    [Fact]
    public void A_message_that_was_never_acknowledged_may_be_there()
    {
        _received.Add(Logged(3, 1, 13));
        _history.Add(Logged(3, 1, 13));
        Assert.Empty(Check());
    }

    [Fact]
    public void What_somebody_else_wrote_meanwhile_is_nobodys_business()
    {
        _history.Add(Logged(-1, 1, 13));
        Assert.Empty(Check());
    }

    [Fact]
    public void An_acknowledged_message_must_be_in_the_history()
    {
        _history.RemoveAt(2);
        Assert.Contains(ViolationKind.Lost, Check());
    }

    [Fact]
    public void An_acknowledged_message_must_be_delivered()
    {
        _received.RemoveAt(0);
        Assert.Equal([ViolationKind.NotDelivered], Check());
    }

    [Fact]
    public void An_acknowledged_number_must_be_that_message()
    {
        _history[2] = Logged(3, 1, 12);
        Assert.Contains(ViolationKind.Lost, Check());
    }

    [Fact]
    public void Nothing_is_delivered_twice()
    {
        _received.Add(_received[0]);
        Assert.Equal([ViolationKind.DeliveredTwice], Check());
    }

    [Fact]
    public void Nothing_is_delivered_out_of_order()
    {
        (_received[0], _received[2]) = (_received[2], _received[0]);
        Assert.Equal([ViolationKind.OutOfOrder], Check());
    }

    [Fact]
    public void A_message_is_in_the_history_once()
    {
        _history.Add(Logged(1, 1, 13));
        Assert.Contains(ViolationKind.LoggedTwice, Check());
    }

    [Fact]
    public void The_history_has_no_hole()
    {
        _history.Add(Logged(3, 1, 14));
        _received.Add(Logged(3, 1, 14));
        Assert.Equal([ViolationKind.Hole], Check());
    }

    [Fact]
    public void The_history_keeps_the_order()
    {
        _acknowledged.Clear();
        _received.Clear();
        (_history[0], _history[2]) = (Logged(1, 1, 10), Logged(0, 1, 12));
        _received.AddRange(_history);
        Assert.Equal([ViolationKind.LoggedOutOfOrder], Check());
    }

    [Fact]
    public void A_client_that_is_told_of_missing_messages_has_not_got_them()
    {
        var observations = Observe();
        observations.AddMissing(["d:1:2 5 to 6"]);
        Assert.Equal([ViolationKind.NotDelivered], observations.Check().Select(violation => violation.Kind));
    }

    List<ViolationKind> Check() => [.. Observe().Check().Select(violation => violation.Kind)];

    PairObservations Observe()
    {
        var observations = new PairObservations(_sent);
        observations.AddHistory(Conversation, _history);
        foreach (var user in (int[])[1, 2])
        {
            observations.AddUser(
                user,
                _acknowledged.Where(row => row.Sender == user).Select(row => new Acknowledgement(row.Number, row.Conversation, row.Seq, row.Ts)),
                _received.Where(row => row.Sender != user).Select(row => new Sighting(row.Conversation, row.Seq, row.Number, row.Sender, At: 0)));
        }

        return observations;
    }

    static MadeMessage Made(int number, int sender) => new(number, Conversation, sender, Device: sender);

    static LoggedMessage Logged(int number, int sender, long seq) => new(Conversation, seq, number, sender, Ts: 1000 + number);
}
