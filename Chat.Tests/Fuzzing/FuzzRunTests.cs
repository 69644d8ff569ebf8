using System.Text;
using Chat.Bench.Fuzzing;
using Xunit;

namespace Chat.Tests.Fuzzing;

/// <summary>What breaks a promise is found, cut down to what is needed, and found again with the same seed.</summary>
public sealed class FuzzRunTests
{
    [Fact]
    public void An_exception_is_found_and_cut_down()
    {
        var result = Run(new Broken(input => throw (input.AsSpan().Count((byte)'{') > 2 ? new FormatException("three") : new BrokenPromiseException("fewer"))));
        var finding = Assert.Single(result.Findings, each => each.Kind == nameof(FormatException));
        Assert.Equal("{{{"u8.ToArray(), finding.Input);
    }

    [Fact]
    public void A_broken_promise_is_found() =>
        Assert.Equal("no x", Assert.Single(Run(new Broken(input => input.Contains((byte)'x') ? throw new BrokenPromiseException("no x") : "")).Findings).Kind);

    [Fact]
    public void Too_much_memory_is_found() =>
        Assert.Equal("too much memory", Assert.Single(Run(new Broken(input => input.Length > 40 ? new byte[10_000_000].Length.ToString() : "")).Findings).Kind);

    [Fact]
    public void An_input_that_takes_too_long_is_found()
    {
        var spins = 0; // enough for the finding and for cutting it down
        var target = new Broken(input => input.Contains((byte)'9') && spins++ < 20 ? SpinFor(TimeSpan.FromMilliseconds(60)) : "");
        var result = new FuzzRun(target, seed: 1, []) { Slow = TimeSpan.FromMilliseconds(50) }.Run(inputs => inputs < 3000);
        Assert.Equal("too slow", Assert.Single(result.Findings).Kind);
    }

    [Fact]
    public void An_input_that_is_kept_is_tried_first()
    {
        var result = new FuzzRun(new Broken(input => input is [1, 2, 3, .. _] ? throw new BrokenPromiseException("kept") : ""), 1, [[1, 2, 3, 4, 5]]).Run(_ => false);
        Assert.Equal([1, 2, 3], Assert.Single(result.Findings).Input);
    }

    [Fact]
    public void The_same_seed_tries_the_same_and_another_one_does_not()
    {
        var (one, same, other) = (Tried(7), Tried(7), Tried(8));
        Assert.Equal(one, same);
        Assert.NotEqual(one, other);
        Assert.True(one.Distinct().Count() > 300, "most inputs are different ones");

        static List<string> Tried(int seed)
        {
            var tried = new List<string>();
            new FuzzRun(new Broken(input =>
            {
                tried.Add(Convert.ToHexString(input));
                return input.Length.ToString();
            }), seed, []).Run(inputs => inputs < 400);
            return tried;
        }
    }

    static FuzzResult Run(FuzzTarget target) => new FuzzRun(target, seed: 1, []).Run(inputs => inputs < 3000);

    static string SpinFor(TimeSpan time)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (System.Diagnostics.Stopwatch.GetElapsedTime(started) < time)
            Thread.SpinWait(1000);
        return "";
    }

    sealed class Broken(Func<byte[], string> run) : FuzzTarget
    {
        public override string Name => "broken";

        public override IReadOnlyList<byte[]> Seeds { get; } = [Encoding.ASCII.GetBytes("{\"a\":1}"), "{ab{"u8.ToArray()];

        public override string Run(byte[] input) => run(input);
    }
}
