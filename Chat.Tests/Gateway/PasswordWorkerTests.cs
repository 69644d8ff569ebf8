using Chat.Node.Gateway;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class PasswordWorkerTests : IDisposable
{
    readonly PasswordWorker _old = new(iterations: 1000, threads: 1);
    readonly PasswordWorker _worker = new(iterations: 2000, threads: 2);

    public void Dispose()
    {
        _old.Dispose();
        _worker.Dispose();
    }

    [Fact]
    public async Task The_right_password_is_right_and_another_is_wrong()
    {
        var account = With(await _worker.HashAsync("secret"));
        Assert.Equal(new PasswordCheck(PasswordVerdict.Right), await _worker.CheckAsync(account, "secret"));
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await _worker.CheckAsync(account, "Secret"));
    }

    [Fact]
    public async Task A_hash_does_not_show_the_password_and_differs_every_time()
    {
        var hash = await _worker.HashAsync("secret");
        Assert.DoesNotContain("secret", hash, StringComparison.Ordinal);
        Assert.NotEqual(hash, await _worker.HashAsync("secret"));
    }

    [Fact]
    public async Task A_hash_of_an_older_make_is_right_and_comes_back_renewed()
    {
        var account = With(await _old.HashAsync("secret"));
        var check = await _worker.CheckAsync(account, "secret");
        Assert.Equal(PasswordVerdict.RightButOld, check.Verdict);
        Assert.NotNull(check.NewHash);
        Assert.Equal(PasswordVerdict.Right, (await _worker.CheckAsync(With(check.NewHash), "secret")).Verdict);
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await _worker.CheckAsync(account, "wrong"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("not base64!")]
    [InlineData("AQAAAAE=")]
    [InlineData("/////w==")]
    public async Task What_is_no_hash_fits_no_password(string stored) =>
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await _worker.CheckAsync(With(stored), stored));

    [Fact]
    public async Task Too_many_in_the_queue_are_refused()
    {
        using var slow = new PasswordWorker(iterations: 1000, threads: 0);
        var taken = 0;
        Task<string> next;
        while (!(next = slow.HashAsync("secret")).IsFaulted && taken < 100_000)
            taken++;
        Assert.Equal(1000, taken);
        await Assert.ThrowsAsync<StorageException>(() => next);
    }

    static Account With(string password) => new() { Id = 1, Name = "alice", Password = password };
}
