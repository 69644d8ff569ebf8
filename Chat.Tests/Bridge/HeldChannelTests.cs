using Chat.Node.Bridge;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Bridge;

public sealed class HeldChannelTests
{
    readonly HeldChannel _channel = new(7);

    [Fact]
    public void A_paused_channel_keeps_what_comes_until_it_is_resumed_or_it_has_taken_too_long()
    {
        var channel = new HeldChannel(7);
        channel.Open();
        channel.Pause(now: 1000);
        channel.Add(Arrival(1));
        Assert.Null(channel.Due(now: 10_999, patience: 1000));
        Assert.Equal(1, channel.Due(now: 11_000, patience: 1000)?.Number);

        channel.Pause(now: 11_000);
        Assert.Null(channel.Due(now: 13_000, patience: 1000));
        channel.Resume();
        Assert.Equal(1, channel.Due(now: 13_000, patience: 1000)?.Number);
    }

    [Fact]
    public void A_paused_channel_loses_nothing_when_too_much_comes()
    {
        var channel = new HeldChannel(7);
        channel.Open();
        channel.Pause(now: 0);
        for (var i = 1; i <= HeldChannel.MaxWaiting + 1; i++)
            Assert.True(channel.Add(Arrival(i)));
        Assert.Equal(1, channel.Due(now: 1, patience: 1000)?.Number);
    }

    [Fact]
    public void One_message_at_a_time_is_due_and_again_when_there_is_no_answer()
    {
        _channel.Open();
        Add(1, 2);
        Assert.Equal(1, _channel.Due(0, 1000)!.Number);
        Assert.Null(_channel.Due(999, 1000));
        Assert.Equal(1, _channel.Due(1000, 1000)!.Number);
        Assert.False(_channel.OnSettled(2));
        Assert.True(_channel.OnSettled(1));
        Assert.False(_channel.OnSettled(1));
        Assert.Equal(2, _channel.Due(1001, 1000)!.Number);
    }

    [Fact]
    public void Nothing_is_due_before_it_is_open()
    {
        Add(1);
        Assert.Null(_channel.Due(0, 1000));
        _channel.OpenBehind([]);
        Assert.Equal(1, _channel.Due(0, 1000)!.Number);
    }

    [Theory]
    [InlineData("", "1 2 3")]
    [InlineData("1", "2 3")]
    [InlineData("9 8 1 2", "3")]
    [InlineData("1 2 3", "")]
    [InlineData("1 2 9", "1 2 3")]
    [InlineData("2", "1 2 3")]
    public void What_the_node_before_has_passed_on_is_left_out(string seen, string left)
    {
        Add(1, 2, 3);
        _channel.OpenBehind(Numbers(seen));
        var due = new List<long>();
        while (_channel.Due(0, 0) is { } arrival)
        {
            due.Add(arrival.Number);
            _channel.OnSettled(arrival.Number);
        }

        Assert.Equal(Numbers(left), due);
    }

    [Fact]
    public void The_marks_are_those_of_the_last_that_came()
    {
        Add([.. Enumerable.Range(1, 300).Select(i => (long)i)]);
        Assert.Equal(Enumerable.Range(45, 256).Select(i => (long)i), _channel.Seen);
    }

    [Fact]
    public void What_comes_too_fast_goes_into_the_queue_in_order_until_that_is_full_too()
    {
        _channel.Open();
        Add([.. Enumerable.Range(1, HeldChannel.MaxWaiting).Select(i => (long)i)]);
        Assert.Null(_channel.SpillNext());
        Add(5001, 5002);
        Assert.Equal(5001, _channel.SpillNext()!.Number);
        Assert.Null(_channel.SpillNext()); // one after the other
        _channel.OnSpilt(isStored: false);
        Assert.Equal(5001, _channel.SpillNext()!.Number);
        _channel.OnSpilt(isStored: true);
        _channel.Due(0, 0);
        _channel.OnSettled(1);
        Add(5003); // there is room, but not in front of those that wait for the queue
        Assert.Equal(5002, _channel.SpillNext()!.Number);
        _channel.OnSpilt(isStored: true);
        Assert.Equal(5003, _channel.SpillNext()!.Number);
        for (var i = 0; i < HeldChannel.MaxSpilling - 1; i++)
            Assert.True(_channel.Add(Arrival(6000 + i)));
        Assert.False(_channel.Add(Arrival(1)));
    }

    [Fact]
    public void What_is_not_answered_at_all_goes_into_the_queue_with_everything_behind_it()
    {
        _channel.Open();
        Add(1, 2);
        Assert.NotNull(_channel.Due(0, 1000));
        Assert.False(_channel.IsOverdue(59_000));
        Assert.NotNull(_channel.Due(60_000, 1000));
        Assert.True(_channel.IsOverdue(60_000));
        _channel.SpillAll();
        Assert.Null(_channel.Due(61_000, 1000));
        Assert.Equal(1, _channel.SpillNext()!.Number);
        _channel.OnSpilt(isStored: true);
        Assert.Equal(2, _channel.SpillNext()!.Number);
        _channel.OnSpilt(isStored: true);
        Assert.True(_channel.IsEmpty);
    }

    [Fact]
    public void What_came_while_another_node_passed_on_is_left_to_it()
    {
        Add(1, 2);
        _channel.Close();
        Assert.True(_channel.IsEmpty);
    }

    void Add(params long[] numbers)
    {
        foreach (var number in numbers)
            Assert.True(_channel.Add(Arrival(number)));
    }

    static ChannelArrival Arrival(long number) => new(number, new BridgedChat(default, null, 0, 0, default), number);

    static long[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
}
