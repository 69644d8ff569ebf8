using System.Text;
using Chat.Node.Serialization;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>Events as they are stored; otherwise as <see cref="MessageTarget"/>.</summary>
sealed class StoredEventTarget : FuzzTarget
{
    static readonly PersistedSerializer Serializer = new(null!);

    public override string Name => "events";

    public override long MaxAllocated(int length) => (16 * 1024) + (300L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. MessageTarget.Golden("persisted.txt").Select(line => line.Split(' ')).Select(parts => MessageTarget.Input(parts[0], parts[1]))];

    public override IReadOnlyList<byte[]> Words => MessageTarget.BinaryWords;

    public override string Run(byte[] input)
    {
        var end = input.AsSpan().IndexOf((byte)'\n');
        var manifest = end < 0 ? "" : Encoding.UTF8.GetString(input.AsSpan(0, end));
        return MessageTarget.Check(() => Serializer.FromBinary(input[(end + 1)..], manifest), message => (Serializer.Manifest(message), Serializer.ToBinary(message)), Serializer.FromBinary);
    }
}
