using Chat.Node.Faults;
using Xunit;

namespace Chat.Tests.Faults;

/// <summary>Numbers, of which the even and the odd ones are an order each.</summary>
public sealed class OutOfOrderTests
{
    readonly List<int> _passed = [];

    [Fact]
    public void Without_a_fault_everything_passes_once_in_order() => Assert.Equal([1, 2, 3, 4], Pass(null, 1, 2, 3, 4));

    [Fact]
    public void Another_fault_is_none_of_its_business() => Assert.Equal([1, 2, 3, 4], Pass("drop:1", 1, 2, 3, 4));

    [Fact]
    public void Every_nth_passes_twice() => Assert.Equal([1, 2, 2, 3, 4, 4], Pass("twice:2", 1, 2, 3, 4));

    [Fact]
    public void What_is_late_follows_the_next_of_its_order() => Assert.Equal([1, 3, 4, 2, 5], Pass("reorder:2", 1, 2, 3, 4, 5));

    [Fact]
    public void Only_one_is_late_at_a_time() => Assert.Equal([3, 1, 4, 2], Pass("reorder:1", 1, 3, 2, 4));

    List<int> Pass(string? spec, params int[] items)
    {
        var passing = new OutOfOrder<int>(new InjectedFaults(spec), (late, next) => late % 2 == next % 2, _passed.Add);
        foreach (var item in items)
            passing.Pass(item);
        return _passed;
    }
}
