using Chat.Node.Gateway;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class SessionConnectionTests
{
    readonly ManualClock _clock = new();
    readonly SessionConnection _connection;
    readonly Func<int> _aborts;

    public SessionConnectionTests()
    {
        var pipe = new PipeConnection();
        (_connection, _aborts) = (new TcpConnection(pipe, _clock), () => pipe.Aborts);
    }

    Task TakeAsync() => _connection.TakeCreditAsync().AsTask();

    void TakeAll()
    {
        for (var i = 0; i < SessionConnection.Credits; i++)
            Assert.True(TakeAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task TheReaderWaitsWhenItsCreditsAreUsedUp_UntilOneComesBack()
    {
        TakeAll();
        for (var i = 0; i < 3; i++)
        {
            var waiting = TakeAsync();
            Assert.False(waiting.IsCompleted);
            _connection.ReturnCredit();
            await waiting.WaitAsync(Eventually.Patience);
        }

        _connection.ReturnCredit();
        Assert.True(TakeAsync().IsCompletedSuccessfully);
        Assert.False(TakeAsync().IsCompleted);
    }

    [Fact]
    public async Task TheEndWakesTheReader()
    {
        TakeAll();
        var waiting = TakeAsync();
        Assert.False(waiting.IsCompleted);

        _connection.End(isGraceful: true);

        await waiting.WaitAsync(Eventually.Patience);
        Assert.True(_connection.IsEnded);
        Assert.Equal(0, _aborts());
    }

    [Fact]
    public async Task NoCreditIsLostOrMade_WhenReaderAndSessionMeet()
    {
        const int requests = 200_000;
        var taken = 0;
        var returned = 0;
        var session = Task.Run(() =>
        {
            while (returned < requests)
            {
                if (Volatile.Read(ref taken) == returned)
                    continue;
                returned++;
                _connection.ReturnCredit();
            }
        });
        for (var i = 0; i < requests; i++)
        {
            await _connection.TakeCreditAsync();
            var open = Interlocked.Increment(ref taken) - Volatile.Read(ref returned);
            Assert.InRange(open, 0, SessionConnection.Credits + 1); // one is counted before it is given back
        }

        await session.WaitAsync(Eventually.Patience);
        TakeAll();
        Assert.False(TakeAsync().IsCompleted);
    }

    [Fact]
    public void SilenceIsCountedFromTheLastBytes_AndTheLoginFromTheBeginning()
    {
        _clock.Now += TimeSpan.FromSeconds(3);
        _connection.OnBytesReceived();
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.Equal(TimeSpan.FromSeconds(2), _connection.Idle);
        Assert.Equal(TimeSpan.FromSeconds(5), _connection.WithoutLogin);
        _connection.RestartLoginDeadline();
        Assert.Equal(TimeSpan.Zero, _connection.WithoutLogin);
    }
}
