namespace Chat.Checker.Faults;

/// <summary>All nodes on the loopback address, on different ports: nothing can be cut, and nobody has to be root.</summary>
sealed class LoopbackNetwork : INodeNetwork
{
    public bool CanCut => false;

    public string DatabaseAddress => "127.0.0.1";

    public string AddressOf(int node) => "127.0.0.1";

    public IReadOnlyList<string> PrefixOf(int node) => [];

    public Task CutAsync(int node, int other, bool isOnlyDeaf) => throw new NotSupportedException("links of the loopback cannot be cut");

    public Task HealAsync(int node) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
