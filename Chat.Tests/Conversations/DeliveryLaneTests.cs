using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>Where deliveries go, and when they go again.</summary>
public sealed class DeliveryLaneTests : ConversationPartsTest
{
    readonly DeliveryLane _lane;

    public DeliveryLaneTests() => _lane = new DeliveryLane(Links, 5, Clock);

    [Fact]
    public async Task A_user_is_found_by_its_region_first_and_spoken_to_directly_when_it_has_answered()
    {
        Assert.True(Add(1));
        await ExpectDeliverAsync(Bob, 1);
        var bob = NewProbe();
        Assert.Equal([1], Confirm(1, bob));
        Assert.True(_lane.IsIdle);

        Add(2);
        Assert.Equal((5, 2), await bob.ExpectMsgAsync<Deliver>() is var deliver ? (deliver.Incarnation, deliver.Number) : default);
        AssertSilent(Users);
    }

    [Fact]
    public async Task What_is_not_confirmed_is_sent_again_after_a_second_by_way_of_the_region()
    {
        Add(1);
        Confirm(1, NewProbe());
        await ExpectDeliverAsync(Bob, 1);
        Add(2);
        _lane.OnTick();
        AssertSilent(Users);

        Clock.Advance(TimeSpan.FromSeconds(1));
        _lane.OnTick();
        await ExpectDeliverAsync(Bob, 2);
    }

    [Fact]
    public async Task The_next_life_of_a_user_gets_what_the_one_before_had_not_confirmed()
    {
        Add(1);
        await ExpectDeliverAsync(Bob, 1);
        var bob = NewProbe();
        Confirm(1, bob);
        Add(2);
        await bob.ExpectMsgAsync<Deliver>();
        Assert.Null(_lane.OnUserEnded(NewProbe().Ref));
        AssertSilent(Users);

        Assert.Equal(Bob, _lane.OnUserEnded(bob.Ref));
        await ExpectDeliverAsync(Bob, 2);
    }

    [Fact]
    public async Task A_user_that_misses_a_number_gets_everything_from_there_on()
    {
        Add(1);
        Add(2);
        await ExpectDeliverAsync(Bob, 1);
        await ExpectDeliverAsync(Bob, 2);
        var bob = NewProbe();
        _lane.Resend(new ResendDeliveries(Pair, Bob, 5, After: 0), bob.Ref);
        Assert.Equal(1, (await bob.ExpectMsgAsync<Deliver>()).Number);
        Assert.Equal(2, (await bob.ExpectMsgAsync<Deliver>()).Number);
    }

    [Fact]
    public void It_is_full_when_so_many_are_unconfirmed()
    {
        for (var number = 1; number < FanOut.MaxUnconfirmed; number++)
            Add(number);
        Assert.False(_lane.IsFull);
        Add(FanOut.MaxUnconfirmed);
        Assert.True(_lane.IsFull);
    }

    [Fact]
    public async Task A_lane_beside_it_has_numbers_of_its_own()
    {
        var other = _lane.Beside(-3);
        other.Add(MessageOf(9), 1, [Bob], hasCopies: false, mayBeKnown: true);
        Assert.Equal((-3, 1), await Users.ExpectMsgAsync<Deliver>() is var deliver ? (deliver.Incarnation, deliver.Number) : default);
        Assert.True(_lane.IsIdle);
        Assert.False(other.IsIdle);
        Assert.Equal(long.MaxValue, _lane.OldestTs);
    }

    bool Add(long number) => _lane.Add(MessageOf(number), number, [Bob], hasCopies: false, mayBeKnown: false);

    List<long> Confirm(long upTo, Akka.TestKit.TestProbe user) => [.. _lane.Confirm(new DeliveryConfirmed(Pair, Bob, 5, upTo), user.Ref)];

    static AcceptedMessage MessageOf(long seq) => new(Pair, seq, Alice, $"c{seq}", seq, BodyOf(Alice, $"m{seq}"), 0);
}
