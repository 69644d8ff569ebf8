using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class BatchStreamTests(Streams streams) : IClassFixture<Streams>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly List<List<int>> _batches = [];
    readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_lone_element_waits_for_nobody()
    {
        var stream = Create(queueLength: 10, batchSize: 5);
        Assert.True(stream.TryAdd(1));
        await _entered.Task.WaitAsync(Patience);
        _gate.SetResult();
        await stream.DrainAsync().WaitAsync(Patience);
        Assert.Equal([1], Assert.Single(_batches));
    }

    [Fact]
    public async Task A_crowd_shares_a_batch_in_its_order()
    {
        var stream = Create(queueLength: 1000, batchSize: 500);
        await OccupyAsync(stream);
        for (var i = 1; i <= 100; i++)
            Assert.True(stream.TryAdd(i));
        _gate.SetResult();
        await stream.DrainAsync().WaitAsync(Patience);
        Assert.Equal(2, _batches.Count);
        Assert.Equal(Enumerable.Range(1, 100), _batches[1]);
    }

    [Fact]
    public async Task A_batch_has_a_largest_size()
    {
        var stream = Create(queueLength: 1000, batchSize: 40);
        await OccupyAsync(stream);
        for (var i = 1; i <= 100; i++)
            stream.TryAdd(i);
        _gate.SetResult();
        await stream.DrainAsync().WaitAsync(Patience);
        Assert.Equal([1, 40, 40, 20], _batches.Select(batch => batch.Count));
        Assert.Equal(Enumerable.Range(1, 100), _batches.Skip(1).SelectMany(batch => batch));
    }

    [Fact]
    public async Task A_full_queue_refuses_and_what_was_refused_is_never_handled()
    {
        var stream = Create(queueLength: 4, batchSize: 2);
        await OccupyAsync(stream);
        var taken = Enumerable.Range(1, 10).Where(stream.TryAdd).ToList();
        Assert.Equal([1, 2, 3, 4], taken);
        _gate.SetResult();
        await stream.DrainAsync().WaitAsync(Patience);
        Assert.Equal(taken, _batches.Skip(1).SelectMany(batch => batch));
    }

    [Fact]
    public async Task Draining_ends_when_everything_has_been_handled_and_takes_nothing_more()
    {
        var stream = Create(queueLength: 10, batchSize: 5);
        await OccupyAsync(stream);
        Assert.True(stream.TryAdd(1));
        var drained = stream.DrainAsync();
        Assert.False(stream.TryAdd(2));
        Assert.False(drained.IsCompleted);
        _gate.SetResult();
        await drained.WaitAsync(Patience);
        Assert.Equal([0, 1], _batches.SelectMany(batch => batch));
    }

    BatchStream<int> Create(int queueLength, int batchSize) => new(streams.Materializer, queueLength, batchSize, async batch =>
    {
        _entered.TrySetResult();
        await _gate.Task;
        _batches.Add(batch);
    });

    /// <summary>Comes back when a first batch is being handled, so that everything after it gathers.</summary>
    async Task OccupyAsync(BatchStream<int> stream)
    {
        Assert.True(stream.TryAdd(0));
        await _entered.Task.WaitAsync(Patience);
    }
}
