using Chat.Bench.Commands;
using Chat.Checker;
using Xunit;

namespace Chat.Tests.Bench;

/// <summary>What scripts take from a run of faults.</summary>
public sealed class ChaosCommandTests
{
    [Theory]
    [InlineData(typeof(InvalidOperationException))] // no database, no node
    [InlineData(typeof(TimeoutException))]
    [InlineData(typeof(NotSupportedException))] // nobody foresaw it
    [InlineData(typeof(NullReferenceException))]
    public async Task A_run_that_fails_itself_is_no_broken_promise(Type failure) =>
        Assert.Equal(2, await ChaosCommand.RunAsync(new ChaosOptions(3), (_, _) => throw (Exception)Activator.CreateInstance(failure)!));

    [Fact]
    public async Task Options_that_cannot_be_run_are_not_run() =>
        Assert.Equal(2, await ChaosCommand.RunAsync(new ChaosOptions(0), (_, _) => throw new InvalidCastException("it was run")));
}
