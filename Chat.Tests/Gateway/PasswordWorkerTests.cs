using Chat.Node.Gateway;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class PasswordWorkerTests : IDisposable
{
    readonly PasswordWorker _worker = new(iterations: 2000, threads: 1);

    public void Dispose() => _worker.Dispose();

    [Fact]
    public async Task The_right_password_is_right_and_every_other_is_wrong()
    {
        var account = await AccountAsync(_worker, "secret 你😀");
        Assert.Equal(new PasswordCheck(PasswordVerdict.Right), await _worker.CheckAsync(account, "secret 你😀"));
        foreach (var wrong in (string[])["secret 你", "Secret 你😀", "", "secret 你😀 "])
            Assert.Equal(PasswordVerdict.Wrong, (await _worker.CheckAsync(account, wrong)).Verdict);
    }

    [Fact]
    public async Task Two_hashes_of_a_password_differ_and_do_not_hold_it()
    {
        var one = await _worker.HashAsync("secret");
        var other = await _worker.HashAsync("secret");
        Assert.NotEqual(one, other);
        Assert.DoesNotContain("secret", one, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hash_of_fewer_iterations_is_right_and_replaced()
    {
        using var older = new PasswordWorker(iterations: 1000, threads: 1);
        var account = await AccountAsync(older, "secret");

        var check = await _worker.CheckAsync(account, "secret");

        Assert.Equal(PasswordVerdict.RightButOld, check.Verdict);
        Assert.Equal(PasswordVerdict.Right, (await _worker.CheckAsync(new Account { Password = check.NewHash! }, "secret")).Verdict);
        Assert.Equal(new PasswordCheck(PasswordVerdict.Wrong), await _worker.CheckAsync(account, "wrong"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("123456")]
    [InlineData("no base64 !")]
    [InlineData("AQAAAAIAAYag")]
    public async Task What_is_no_hash_fits_no_password(string stored) =>
        Assert.Equal(PasswordVerdict.Wrong, (await _worker.CheckAsync(new Account { Password = stored }, stored)).Verdict);

    [Fact]
    public async Task A_queue_that_is_too_long_refuses()
    {
        using var closed = new PasswordWorker(iterations: 1000, threads: 0); // nobody works
        var waiting = Enumerable.Range(0, 1000).Select(_ => closed.HashAsync("x")).ToList();
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        await Assert.ThrowsAsync<StorageException>(() => closed.HashAsync("x"));
    }

    static async Task<Account> AccountAsync(PasswordWorker worker, string password) => new() { Id = 1, Password = await worker.HashAsync(password) };
}
