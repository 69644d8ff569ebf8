using Chat.Node.Faults;
using Xunit;

namespace Chat.Tests.Faults;

/// <summary>Numbers; those above 10 the writer would refuse.</summary>
public sealed class SkippingTests
{
    readonly List<int> _pretended = [];
    readonly List<int> _written = [];

    [Fact]
    public async Task Every_nth_is_said_to_be_written_and_is_not()
    {
        await WriteAsync("drop:2", 1, 2, 3, 4, 5);
        Assert.Equal([2, 4], _pretended);
        Assert.Equal([1, 3, 5], _written);
    }

    [Fact]
    public async Task What_the_writer_refuses_is_left_to_it()
    {
        await WriteAsync("drop:1", 1, 11);
        Assert.Equal([1], _pretended);
        Assert.Equal([11], _written);
    }

    [Fact]
    public async Task Another_fault_is_none_of_its_business()
    {
        await WriteAsync("twice:1", 1, 2);
        Assert.Empty(_pretended);
        Assert.Equal([1, 2], _written);
    }

    Task WriteAsync(string spec, params int[] items) => new Skipping<int>(new InjectedFaults(spec), item => item > 10, _pretended.Add, batch =>
    {
        _written.AddRange(batch);
        return Task.CompletedTask;
    }).WriteAsync([.. items]);
}
