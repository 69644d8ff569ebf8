using Chat.Bench.Micro;
using Xunit;

namespace Chat.Tests.Bench;

/// <summary>
/// What each piece of a message's way may allocate, in bytes per operation: measured, rounded up to the next ten. Times depend on the machine,
/// these do not. When a number went down, lower the limit; when it went up, find out why (<c>Chat.Bench micro</c> shows the same operations), and
/// raise the limit only together with the reason in the commit.
/// </summary>
public sealed class AllocationTests : IAsyncLifetime
{
    const int Operations = 2000;

    static readonly Dictionary<string, (Action<HotPath> Run, int MaxBytes)> Pieces = new()
    {
        ["frame reader"] = (path => path.ReadFrame(), 0),
        ["request reader"] = (path => path.ReadRequest(), 560),
        ["request reader, legacy client"] = (path => path.ReadLegacyRequest(), 550),
        ["body for the log"] = (path => path.BuildBody(), 330),
        ["push"] = (path => path.WritePush(), 540),
        ["serializer, Post out"] = (path => path.SerializePost(), 330),
        ["serializer, Post in"] = (path => path.DeserializePost(), 520),
        ["serializer, Deliver out"] = (path => path.SerializeDeliver(), 350),
        ["serializer, Deliver in"] = (path => path.DeserializeDeliver(), 590),
        ["metrics"] = (path => path.Count(), 0),
        ["outbox"] = (path => path.PassOutbox(), 0),
    };

    readonly HotPath _path = new();

    public static TheoryData<string> Names => [.. Pieces.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_piece_of_the_way_allocates_no_more_than_it_did(string name)
    {
        var (run, most) = Pieces[name];
        Measure(run); // fills caches and pools
        // What others do on this thread can only add: the least of a few is the operation itself.
        var bytes = Enumerable.Range(0, 5).Min(_ => Measure(run));
        Assert.True(bytes <= most, $"{name}: {bytes:n1} bytes per operation, at most {most}");
    }

    /// <summary>
    /// A limit that is far above what is needed would notice nothing. Code that the compiler has made better meanwhile allocates less:
    /// a quarter was seen.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_limit_is_close_to_what_is_allocated(string name)
    {
        var (run, most) = Pieces[name];
        Measure(run);
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => Measure(run)), most * 0.7 - 10, double.MaxValue);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _path.StopAsync();

    double Measure(Action<HotPath> run)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Operations; i++)
            run(_path);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Operations;
    }
}
