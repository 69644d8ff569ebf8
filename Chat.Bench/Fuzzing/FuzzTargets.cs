using Chat.Bench.Fuzzing.Targets;

namespace Chat.Bench.Fuzzing;

/// <summary>Everything that takes bytes from strangers.</summary>
static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new FrameTarget(),
        new RequestTarget(),
        new WebSocketTarget(),
        new UpgradeTarget(),
        new ProxyTarget(),
        new TokenTarget(),
        new KeySetTarget(),
        new RangeTarget(),
        new MessageTarget(),
        new StoredEventTarget(),
        new BundleTarget(),
        new BridgedTarget(),
        new TextTarget(),
    ];
}
