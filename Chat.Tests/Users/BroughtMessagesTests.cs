using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

public sealed class BroughtMessagesTests
{
    static readonly ConversationId Group = ConversationId.Group(5);
    readonly BroughtMessages _brought = new();

    [Fact]
    public void What_was_brought_is_known_and_what_passed_is_not()
    {
        _brought.OnPassed(Group);
        _brought.OnBrought(Group, 3);
        _brought.OnBrought(Group, 5);
        _brought.OnPassed(Group);
        _brought.OnPassed(Group);
        _brought.OnBrought(Group, 9);

        Assert.Equal([3, 4, 5, 9], Enumerable.Range(1, 12).Where(seq => _brought.Contains(Group, seq)));
        Assert.False(_brought.Contains(ConversationId.Group(6), 3));
    }

    /// <summary>A message that comes twice is a nuisance, one that is lost is a lie.</summary>
    [Fact]
    public void What_is_forgotten_counts_as_new()
    {
        const int Visits = BroughtMessages.MaxRanges + 3;
        for (var visit = 1; visit <= Visits; visit++)
        {
            _brought.OnBrought(Group, visit * 10);
            _brought.OnPassed(Group);
        }

        Assert.Equal(
            Enumerable.Range(4, BroughtMessages.MaxRanges).Select(visit => visit * 10),
            Enumerable.Range(0, Visits * 10 + 1).Where(seq => _brought.Contains(Group, seq)));
    }
}
