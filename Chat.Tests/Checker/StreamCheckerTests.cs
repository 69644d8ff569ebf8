using Chat.Checker.Checking;
using Xunit;

namespace Chat.Tests.Checker;

public sealed class StreamCheckerTests
{
    readonly StreamChecker _checker = new();

    [Fact]
    public void One_after_the_other_is_in_order()
    {
        Assert.All(Observe(1, 2, 3), arrival => Assert.Equal(ArrivalKind.InOrder, arrival));
        Assert.Empty(_checker.Missing(3));
        Assert.Equal(3, _checker.Distinct);
    }

    [Fact]
    public void What_never_comes_is_missing_in_the_middle_and_at_the_end()
    {
        Observe(1, 4, 5);
        Assert.Equal([2, 3, 6, 7], _checker.Missing(7).Order());
        Assert.Equal(3, _checker.Distinct);
    }

    [Fact]
    public void What_comes_late_is_out_of_order_once_and_not_missing()
    {
        Assert.Equal([ArrivalKind.InOrder, ArrivalKind.InOrder, ArrivalKind.OutOfOrder, ArrivalKind.Duplicate], Observe(1, 3, 2, 2));
        Assert.Empty(_checker.Missing(3));
    }

    [Fact]
    public void What_comes_again_is_a_duplicate() =>
        Assert.Equal([ArrivalKind.InOrder, ArrivalKind.InOrder, ArrivalKind.Duplicate, ArrivalKind.Duplicate, ArrivalKind.InOrder], Observe(1, 2, 2, 1, 3));

    List<ArrivalKind> Observe(params long[] numbers) => [.. numbers.Select(_checker.Observe)];
}
