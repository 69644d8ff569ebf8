using Chat.Node.People;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.People;

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
    [InlineData("secret", "secret")]
    [InlineData("AQAAAAE=", "AQAAAAE=")]
    [InlineData("exactly fifty characters, the most that a column had", "exactly fifty characters, the most that a column had")]
    [InlineData("sixty and more characters, but nothing that would be a hash of ours", "sixty and more characters, but nothing that would be a hash of ours")]
    [InlineData("瀵嗙爜", "密码")]
    [InlineData("密码", "密码")]
    public async Task A_plain_password_is_right_and_comes_back_as_a_hash(string stored, string typed)
    {
        var check = await _worker.CheckAsync(With(stored), typed);
        Assert.Equal(PasswordVerdict.RightButOld, check.Verdict);
        Assert.DoesNotContain(typed, check.NewHash, StringComparison.Ordinal);
        Assert.Equal(PasswordVerdict.Right, (await _worker.CheckAsync(With(check.NewHash!), typed)).Verdict);
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await _worker.CheckAsync(With(check.NewHash!), check.NewHash!));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("secret", "")]
    [InlineData("secret", "Secret")]
    [InlineData("secret", "secret ")]
    [InlineData("secret", "secre")]
    [InlineData("瀵嗙爜", "瀵嗙")]
    public async Task Another_than_the_plain_password_is_wrong(string stored, string typed) =>
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await _worker.CheckAsync(With(stored), typed));

    [Fact]
    public async Task For_legacy_servers_passwords_are_kept_as_they_store_them()
    {
        using var plain = new PasswordWorker(iterations: 1000, threads: 1, keepsPlain: true);
        Assert.Equal("secret", await plain.HashAsync("secret"));
        Assert.Equal("瀵嗙爜", await plain.HashAsync("密码"));
        await Assert.ThrowsAsync<RowRefusedException>(() => plain.HashAsync("密"));
        Assert.Equal(new PasswordCheck(PasswordVerdict.Right), await plain.CheckAsync(With("secret"), "secret"));
        Assert.Equal(new PasswordCheck(PasswordVerdict.Right), await plain.CheckAsync(With("瀵嗙爜"), "密码"));
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await plain.CheckAsync(With("secret"), "Secret"));
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await plain.CheckAsync(With(""), ""));
        Assert.Equal(new PasswordCheck(PasswordVerdict.Right), await plain.CheckAsync(With(await _old.HashAsync("secret")), "secret"));
    }

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
