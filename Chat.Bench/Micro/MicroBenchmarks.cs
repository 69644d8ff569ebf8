using BenchmarkDotNet.Attributes;
using Chat.Protocol;

namespace Chat.Bench.Micro;

/// <summary>What <see cref="HotPath"/> has, for BenchmarkDotNet, which wants a public class that is not sealed.</summary>
public class MicroBenchmarks
{
    readonly HotPath _path = new();

    /// <summary>The boundaries of an object of 250 bytes.</summary>
    [Benchmark]
    public FrameStatus FrameReader() => _path.ReadFrame();

    /// <summary>A modern message.</summary>
    [Benchmark]
    public object RequestReader() => _path.ReadRequest();

    /// <summary>A legacy client's message.</summary>
    [Benchmark]
    public object RequestReaderLegacy() => _path.ReadLegacyRequest();

    /// <summary>What is logged.</summary>
    [Benchmark]
    public ChatBody BuildBody() => _path.BuildBody();

    /// <summary>What is pushed.</summary>
    [Benchmark]
    public byte[] WritePush() => _path.WritePush();

    /// <summary>To another node.</summary>
    [Benchmark]
    public byte[] SerializePost() => _path.SerializePost();

    /// <summary>From another node.</summary>
    [Benchmark]
    public object DeserializePost() => _path.DeserializePost();

    /// <summary>To another node.</summary>
    [Benchmark]
    public byte[] SerializeDeliver() => _path.SerializeDeliver();

    /// <summary>From another node.</summary>
    [Benchmark]
    public object DeserializeDeliver() => _path.DeserializeDeliver();

    /// <summary>What a message is counted with, while somebody collects it.</summary>
    [Benchmark]
    public void Metrics() => _path.Count();

    /// <summary>While nobody does.</summary>
    [Benchmark]
    public void MetricsUnheard() => _path.CountUnheard();

    /// <summary>Through the box of a session.</summary>
    [Benchmark]
    public long Outbox() => _path.PassOutbox();
}
