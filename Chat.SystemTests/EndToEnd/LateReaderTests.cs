using System.IO.Pipelines;
using System.Text;
using Chat.Bench.Micro;
using Chat.Node.Gateway;
using Chat.Protocol;
using Chat.Tests.Gateway;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>The outbox of a legacy client over a real socket, at the speed of the machine.</summary>
public sealed class LateReaderTests : IDisposable
{
    static readonly Receipt Push = new(ReceiptKind.Push, ConversationId.Group(5), 1, 7);

    readonly SocketPair _sockets = new();

    public void Dispose() => _sockets.Dispose();

    [Fact]
    public async Task A_hundred_thousand_pushes_at_changing_rates_reach_a_reader_that_is_late_now_and_then()
    {
        const int Frames = 100_000;
        var outbox = new Outbox(new PipeOutput(new Pipe().Writer), Frames, TimeProvider.System, _sockets.Peer);
        var reading = Task.Factory.StartNew(() => ReadAll(Frames), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var bursts = new Random(7);
        for (var i = 0; i < Frames;)
        {
            for (var left = bursts.Next(4) == 0 ? bursts.Next(200) : 1; left > 0 && i < Frames; left--, i++)
                Assert.True(outbox.TryAdd(Encoding.UTF8.GetBytes($"{{\"i\":{i}}}"), i % 10 == 3 ? default : Push));
            while (!outbox.IsEmpty && !reading.IsCompleted)
            {
                if (outbox.Pause > TimeSpan.Zero)
                {
                    Thread.Yield();
                    continue;
                }

                Assert.False((await outbox.FlushAsync()).IsCompleted);
                outbox.OnFlushed();
            }

            Thread.SpinWait(bursts.Next(2000));
        }

        await reading.WaitAsync(TimeSpan.FromMinutes(2));
    }

    /// <summary>As a legacy client: what one call gives is one object. Its thread does not run now and then.</summary>
    void ReadAll(int frames)
    {
        var buffer = new byte[1024];
        var pauses = new Random(8);
        for (var i = 0; i < frames; i++)
        {
            Array.Clear(buffer);
            var count = _sockets.Theirs.Receive(buffer);
            Assert.Equal($"{{\"i\":{i}}}", Encoding.UTF8.GetString(buffer, 0, count).TrimEnd(' '));
            if (pauses.Next(500) == 0)
                Thread.Sleep(pauses.Next(20)); // this is the late reader: so what was written together arrives together
        }
    }
}
