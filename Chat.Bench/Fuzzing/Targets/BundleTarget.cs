using System.Runtime.Serialization;
using System.Text;
using Chat.Node.Contracts;
using Chat.Node.Serialization;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>Many messages of another node in one: a part that cannot be read does not harm the others, and is told by a <see cref="SerializationException"/>.</summary>
sealed class BundleTarget : FuzzTarget
{
    static readonly ChatSerializer Serializer = new(null!);

    public override string Name => "bundles";

    public override long MaxAllocated(int length) => (16 * 1024) + (1000L * length);

    public override IReadOnlyList<byte[]> Seeds { get; } = MakeSeeds();

    public override IReadOnlyList<byte[]> Words => MessageTarget.BinaryWords;

    public override string Run(byte[] input)
    {
        var reader = new BundleReader(new Bundle(input));
        var outcome = new StringBuilder();
        for (var parts = 0; ; parts++)
        {
            Require(parts <= input.Length, "more parts than bytes");
            try
            {
                if (!reader.MoveNext())
                    return outcome.ToString();
            }
            catch (SerializationException)
            {
                return $"{outcome} broken"; // what is behind it cannot be found
            }

            var kind = Kind(reader);
            if (outcome.Length < 80)
                outcome.Append(kind).Append(' ');
        }
    }

    static string Kind(BundleReader reader)
    {
        try
        {
            return reader.Read() is { } item ? item.Message.GetType().Name : "-";
        }
        catch (SerializationException)
        {
            return "unread";
        }
    }

    /// <summary>Small ones: an entry of each message, and some with messages that are shared.</summary>
    static List<byte[]> MakeSeeds()
    {
        var messages = MessageTarget.Golden("messages.txt").Select(line => line.Split(' '))
            .Select(parts => (IClusterMessage)Serializer.FromBinary(parts[2] == "-" ? [] : Convert.FromHexString(parts[2]), parts[1])).Where(message => message is not Bundle).ToList();
        var writer = new BundleWriter();
        var seeds = new List<byte[]>();
        foreach (var group in messages.Chunk(3))
        {
            foreach (var message in group)
                writer.Add("/user/a", "/user/b", message);
            seeds.Add(writer.Take().Parts.ToArray());
        }

        foreach (var push in messages.OfType<Push>())
        {
            for (var i = 0; i < 3; i++)
                writer.Add($"/user/{i}", "", push);
        }

        seeds.Add(writer.Take().Parts.ToArray());
        return seeds;
    }
}
