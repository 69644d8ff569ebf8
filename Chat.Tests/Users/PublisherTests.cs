using Chat.Node.Contracts;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

/// <summary>What of a round is published at once.</summary>
public sealed class PublisherTests
{
    [Fact]
    public void So_many_go_at_once() => Assert.Equal(Publisher.MaxMessages, Count([.. Enumerable.Repeat(10, Publisher.MaxMessages + 1)]));

    [Fact]
    public void So_many_bytes_go_at_once()
    {
        Assert.Equal(2, Count(Publisher.MaxBytes / 2, Publisher.MaxBytes / 2));
        Assert.Equal(1, Count(Publisher.MaxBytes / 2, (Publisher.MaxBytes / 2) + 1, 1));
    }

    [Fact]
    public void A_larger_message_goes_alone()
    {
        Assert.Equal(1, Count(Publisher.MaxBytes + 1, 1));
        Assert.Equal(1, Count(1, Publisher.MaxBytes + 1));
    }

    [Fact]
    public void A_copy_of_another_server_is_not_sent_back()
    {
        Assert.Equal(1, Publisher.CountOf([Delivery(1), Delivery(1, isSideLane: true), Delivery(1)]));
        Assert.Equal(0, Publisher.CountOf([Delivery(1, isSideLane: true), Delivery(1)]));
    }

    [Fact]
    public void Of_nothing_nothing_goes() => Assert.Equal(0, Count());

    static int Count(params int[] bytes) => Publisher.CountOf([.. bytes.Select(count => Delivery(count))]);

    static PendingDelivery Delivery(int bytes, bool isSideLane = false) =>
        new(1, new AcceptedMessage(ConversationId.Direct(1, 2), 1, 1, "c", 0, new byte[bytes], 0), isSideLane);
}
