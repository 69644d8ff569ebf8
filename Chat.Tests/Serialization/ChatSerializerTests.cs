using System.Runtime.Serialization;
using System.Text;
using Chat.Node.Contracts;
using Chat.Node.Serialization;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Serialization;

/// <summary>
/// What travels between nodes is frozen: nodes of two versions live in one cluster during an upgrade. A change here needs
/// a new manifest, not new golden bytes.
/// </summary>
public sealed class ChatSerializerTests
{
    const string GoldenFile = "Chat.Tests/Serialization/golden/messages.txt";
    const string Nothing = "-";

    static readonly ChatSerializer Serializer = new(null!);

    static readonly Type[] ClusterMessages =
        [.. typeof(IClusterMessage).Assembly.GetTypes().Where(type => type.IsClass && typeof(IClusterMessage).IsAssignableFrom(type))];

    [Fact]
    public void Every_cluster_message_has_a_sample() =>
        Assert.Equal(
            ClusterMessages.Select(type => type.Name).Order(StringComparer.Ordinal),
            Samples.All.Select(sample => sample.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_message_is_read_as_it_was_written()
    {
        foreach (var sample in Samples.All)
        {
            var read = Serializer.FromBinary(Serializer.ToBinary(sample), Serializer.Manifest(sample));
            Assert.Null(DeepEquality.FindDifference(sample, read, sample.GetType().Name));
        }
    }

    [Fact]
    public void Every_message_has_its_golden_bytes()
    {
        var golden = Golden();
        var written = Samples.All.Select((sample, i) => $"{NameOf(i)} {Serializer.Manifest(sample)} {HexOf(sample)}").ToArray();
        var changed = written.Except(golden.Select(line => string.Join(' ', line))).ToList();
        Assert.True(changed.Count == 0, $"not in {GoldenFile}:\n{string.Join('\n', changed)}");
        Assert.Equal(written.Length, golden.Count);
    }

    [Fact]
    public void Golden_bytes_can_be_read()
    {
        var golden = Golden().ToDictionary(line => line[0]);
        for (var i = 0; i < Samples.All.Length; i++)
        {
            var line = golden[NameOf(i)];
            var read = Serializer.FromBinary(line[2] == Nothing ? [] : Convert.FromHexString(line[2]), line[1]);
            Assert.Null(DeepEquality.FindDifference(Samples.All[i], read, line[0]));
        }
    }

    /// <summary>A node of the version before reads as far as it knows, and passes over the rest.</summary>
    [Fact]
    public void A_trace_stands_behind_what_a_message_was_before()
    {
        foreach (var (traced, plain) in Samples.All.Where(HasTrace).Select(sample => (Serializer.ToBinary(sample), Serializer.ToBinary(WithoutTrace(sample)))))
        {
            Assert.Equal(plain, traced[..plain.Length]);
            Assert.Equal(Encoding.ASCII.GetBytes(Samples.Trace), traced[^Samples.Trace.Length..]);
            // Between them: its length, and in front of it the length of references that are none.
            Assert.Contains(traced.Length - plain.Length - Samples.Trace.Length, (int[])[1, 2]);
        }

        Assert.Equal(5, Samples.All.Count(HasTrace));
    }

    [Fact]
    public void In_a_bundle_too_a_trace_stands_behind_what_a_message_was_before()
    {
        var shared = new SharedMessages();
        foreach (var sample in Samples.All.Where(sample => HasTrace(sample) && sample is not Post))
        {
            var traced = Write(sample);
            Assert.Equal(Write(WithoutTrace(sample)), traced[..^(Samples.Trace.Length + 1)]);
            var read = ChatSerializer.Read(new WireReader(traced) { Shared = shared }, Serializer.Manifest(sample));
            Assert.Null(DeepEquality.FindDifference(sample, read, sample.GetType().Name));
        }

        byte[] Write(IClusterMessage message)
        {
            var writer = WireWriter.OfThisThread();
            writer.Shared = shared;
            ChatSerializer.FormatOf(message).Write(writer, message);
            return writer.ToArray();
        }
    }

    [Fact]
    public void Two_types_never_share_a_manifest()
    {
        var manifests = Samples.All.DistinctBy(sample => sample.GetType()).Select(sample => Serializer.Manifest(sample)).ToList();
        Assert.Equal(manifests.Count, manifests.Distinct().Count());
        Assert.DoesNotContain("", manifests);
    }

    [Fact]
    public void The_serializer_has_its_number_for_ever() => Assert.Equal(1007, Serializer.Identifier);

    [Fact]
    public void An_unknown_manifest_is_refused() =>
        Assert.Throws<SerializationException>(() => Serializer.FromBinary([], "never"));

    [Fact]
    public void What_is_no_cluster_message_is_not_written() =>
        Assert.Throws<SerializationException>(() => Serializer.ToBinary("text"));

    static bool HasTrace(IClusterMessage sample) => sample is Post { Trace: not null } or Deliver { Trace: not null } or Push { Trace: not null };

    static IClusterMessage WithoutTrace(IClusterMessage sample) => sample switch
    {
        Post post => post with { Trace = null },
        Deliver deliver => deliver with { Trace = null },
        Push push => push with { Trace = null },
        _ => sample,
    };

    static string HexOf(IClusterMessage sample) =>
        Serializer.ToBinary(sample) is { Length: > 0 } bytes ? Convert.ToHexStringLower(bytes) : Nothing;

    static List<string[]> Golden() =>
        [.. Repository.Read(GoldenFile).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => line.Split(' ', 3))];

    /// <summary>The type, and which of its samples.</summary>
    static string NameOf(int index)
    {
        var type = Samples.All[index].GetType();
        return $"{type.Name}.{Samples.All.Take(index).Count(sample => sample.GetType() == type) + 1}";
    }
}
