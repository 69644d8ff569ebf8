using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class BatchLoaderTests(Streams streams) : IClassFixture<Streams>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<int> _batches = [];

    [Fact]
    public async Task Everybody_gets_the_result_of_the_own_request_and_a_crowd_shares_a_batch()
    {
        var loader = Create(queueLength: 100);
        var first = loader.LoadAsync(0);
        var crowd = Enumerable.Range(1, 50).Select(loader.LoadAsync).ToList();
        _gate.SetResult();
        Assert.Equal("0", await first.WaitAsync(Patience));
        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"{i}"), await Task.WhenAll(crowd).WaitAsync(Patience));
        Assert.InRange(_batches.Count, 1, 3); // of 51 calls
        await loader.DrainAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_batch_that_fails_fails_for_its_callers_alone()
    {
        var loader = Create(queueLength: 100);
        _gate.SetResult();
        await Assert.ThrowsAsync<InvalidOperationException>(() => loader.LoadAsync(-1).WaitAsync(Patience));
        Assert.Equal("1", await loader.LoadAsync(1).WaitAsync(Patience));
    }

    [Fact]
    public async Task Who_is_too_many_is_told_so_at_once()
    {
        var loader = Create(queueLength: 2);
        var calls = Enumerable.Range(1, 10).Select(loader.LoadAsync).ToList();
        var refused = calls.FindAll(call => call.IsCompleted);
        Assert.InRange(refused.Count, 6, 8); // two wait, and up to two are under way
        Assert.Equal("too many", (await Assert.ThrowsAsync<StorageException>(() => refused[0])).Message);
        _gate.SetResult();
        await Task.WhenAll(calls.Except(refused)).WaitAsync(Patience);
    }

    BatchLoader<int, string> Create(int queueLength) => new(streams.Materializer, queueLength, batchSize: 100, "too many", async requests =>
    {
        _batches.Add(requests.Count);
        await _gate.Task;
        return requests.Contains(-1) ? throw new InvalidOperationException("no") : [.. requests.Select(request => $"{request}")];
    });
}
