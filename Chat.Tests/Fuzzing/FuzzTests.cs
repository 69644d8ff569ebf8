using Chat.Bench.Fuzzing;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Tests.Fuzzing;

/// <summary>Some thousand broken inputs for everything that reads what strangers send. <c>Chat.Bench fuzz</c> tries as many as there is time for.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    const int Seed = 20_261_130;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Broken_input_breaks_no_promise(string name)
    {
        var target = FuzzTargets.All.Single(each => each.Name == name);
        var count = target.MaxBytes > 10_000 ? 60 : 3000;
        var result = new FuzzRun(target, Seed, FuzzCorpus.Of(name)).Run(inputs => inputs < count);
        output.WriteLine($"seed {Seed}: {result.Inputs} inputs, {result.Outcomes} different answers");
        Assert.True(result.Findings.Count == 0, string.Join("\n\n", result.Findings));
        Assert.True(result.Inputs >= count);
        Assert.True(result.Outcomes >= 3, "all inputs have one answer: they do not come far"); // else it tries the door alone
    }

    [Fact]
    public void What_is_kept_belongs_to_a_target() => Assert.Equal([], FuzzCorpus.Targets.Except(FuzzTargets.All.Select(target => target.Name)));
}
