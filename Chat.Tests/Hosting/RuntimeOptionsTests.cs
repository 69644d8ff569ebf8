using System.Text.Json;
using Chat.Node.Hosting;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>What the runtime of a node is told. Nothing else fails without it; the node would only be slower.</summary>
public sealed class RuntimeOptionsTests
{
    static readonly JsonElement Options = Read();

    static JsonElement Read()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(typeof(ChatHost).Assembly.Location, "runtimeconfig.json")));
        return file.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").Clone();
    }

    [Theory]
    [InlineData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", 0)]
    [InlineData("System.Runtime.TieredCompilation.CallCountingDelayMs", 0)]
    [InlineData("System.Runtime.TieredCompilation.CallCountThreshold", 1000)]
    public void EachOptionThatWasMeasuredIsSet_AndInTheDocument(string option, int value)
    {
        Assert.Equal(value, Options.GetProperty(option).GetInt32());
        Assert.Contains(option[(option.LastIndexOf('.') + 1)..], Repository.Read("docs/performance.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void MethodsAreCompiledByTheirProfile() =>
        Assert.False(Options.TryGetProperty("System.Runtime.TieredPGO", out var isOn) && !isOn.GetBoolean());
}
