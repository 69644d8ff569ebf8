using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

/// <summary>A fan-out, and what it says is to be sent.</summary>
public abstract class FanOutTest
{
    static readonly ConversationId Group = ConversationId.Group(5);

    private protected FanOut FanOut { get; } = new();

    private protected List<DueDelivery> Add(
        long number, int sender = 1, int[]? receivers = null, bool hasCopies = false, bool mayBeKnown = false, long now = 0, long ts = 1000)
    {
        var due = new List<DueDelivery>();
        FanOut.Add(new AcceptedMessage(Group, number, sender, "c", ts, default, 0), number, receivers ?? [2], hasCopies, mayBeKnown, now, due);
        Assert.All(due, each => Assert.Equal(number, each.Message.Seq));
        return due;
    }

    private protected IEnumerable<long> Confirm(int userId, long upTo, long now = 0) => FanOut.Confirm(userId, upTo, now, []);

    /// <summary>What is sent because a user has confirmed.</summary>
    private protected List<DueDelivery> Following(int userId, long upTo)
    {
        var due = new List<DueDelivery>();
        FanOut.Confirm(userId, upTo, 0, due);
        Assert.All(due, each => Assert.True(each.MayBeKnown && each.UserId == userId && each.Number == each.Message.Seq));
        return due;
    }

    private protected List<DueDelivery> Resend(int userId, long after)
    {
        var due = new List<DueDelivery>();
        FanOut.Resend(userId, after, 0, due);
        Assert.All(due, each => Assert.Equal(each.Number, each.Message.Seq));
        return due;
    }

    private protected List<DueDelivery> Overdue(long now, long patience)
    {
        var due = new List<DueDelivery>();
        FanOut.ResendOverdue(now, patience, due);
        return due;
    }

    private protected static IEnumerable<long> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(number => (long)number);

    private protected static IEnumerable<long> Numbers(IEnumerable<DueDelivery> due) => due.Select(each => each.Number);

    private protected static (int Number, int Previous, int ConfirmedTo) Hop(DueDelivery due) => ((int)due.Number, (int)due.Previous, (int)due.ConfirmedTo);
}
