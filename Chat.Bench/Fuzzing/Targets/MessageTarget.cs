using System.Runtime.Serialization;
using System.Text;
using Chat.Node.Serialization;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>
/// Bytes that another node sends: a manifest, a line end, the fields. They are a message, or a <see cref="SerializationException"/>: of any other
/// exception Akka.Remote ends the connection between two nodes, and with it everything that is on its way. What was read is written and read as
/// the same.
/// </summary>
sealed class MessageTarget : FuzzTarget
{
    static readonly ChatSerializer Serializer = new(null!);

    public override string Name => "messages";

    /// <summary>Of a list each entry has at least a byte.</summary>
    public override long MaxAllocated(int length) => (16 * 1024) + (300L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. Golden("messages.txt").Select(line => line.Split(' ')).Select(parts => Input(parts[1], parts[2]))];

    public override IReadOnlyList<byte[]> Words => BinaryWords;

    /// <summary>The largest and the smallest numbers, a number without an end, and lengths that are not there.</summary>
    public static IReadOnlyList<byte[]> BinaryWords { get; } =
    [
        [0xFE, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x80], [0x01], [0x02], [0x80, 0x80, 0x80, 0x02], [0xFE, 0xFF, 0xFF, 0x07],
    ];

    public override string Run(byte[] input)
    {
        var end = input.AsSpan().IndexOf((byte)'\n');
        var manifest = end < 0 ? "" : Encoding.UTF8.GetString(input.AsSpan(0, end));
        return Check(() => Serializer.FromBinary(input[(end + 1)..], manifest), message => (Serializer.Manifest(message), Serializer.ToBinary(message)), Serializer.FromBinary);
    }

    internal static string Check(Func<object> read, Func<object, (string Manifest, byte[] Bytes)> write, Func<byte[], string, object> readAgain)
    {
        object message;
        try
        {
            message = read();
        }
        catch (SerializationException e)
        {
            return e.Message.Contains('"', StringComparison.Ordinal) ? "unknown" : e.Message; // a manifest is repeated in quotes
        }

        var (manifest, bytes) = write(message);
        Require(write(readAgain(bytes, manifest)).Bytes.AsSpan().SequenceEqual(bytes), $"{message.GetType().Name} is written as something else");
        return message.GetType().Name;
    }

    internal static IEnumerable<string> Golden(string name) =>
        Encoding.UTF8.GetString(FuzzCorpus.Read($"golden/{name}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#');

    internal static byte[] Input(string manifest, string hex) => [.. Utf8(manifest), (byte)'\n', .. hex == "-" ? [] : Convert.FromHexString(hex)];
}
