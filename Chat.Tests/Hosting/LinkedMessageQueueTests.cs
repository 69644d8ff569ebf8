using Akka.Actor;
using Chat.Node.Actors;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class LinkedMessageQueueTests
{
    static Envelope Message(object content) => new(content, ActorRefs.NoSender);

    [Fact]
    public void MessagesComeInTheirOrder_AndThenThereAreNone()
    {
        var queue = new LinkedMessageQueue();
        Assert.False(queue.HasMessages);
        for (var i = 0; i < 3; i++)
            queue.Enqueue(ActorRefs.Nobody, Message(i));
        Assert.True(queue.HasMessages);
        Assert.Equal(3, queue.Count);

        for (var i = 0; i < 3; i++)
        {
            Assert.True(queue.TryDequeue(out var envelope));
            Assert.Equal(i, envelope.Message);
        }

        Assert.False(queue.HasMessages);
        Assert.Equal(0, queue.Count);
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public async Task ManyWritersAndOneReader_LoseNothing_RepeatNothing_AndKeepEachWritersOrder()
    {
        const int Writers = 4;
        const int Each = 50_000;
        var queue = new LinkedMessageQueue();
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
                queue.Enqueue(ActorRefs.Nobody, Message((writer, i)));
        })).ToArray();

        var next = new int[Writers];
        var spin = new SpinWait();
        for (var taken = 0; taken < Writers * Each;)
        {
            if (!queue.TryDequeue(out var envelope))
            {
                if (Array.TrueForAll(writing, task => task.IsCompleted) && !queue.HasMessages)
                    break; // something is missing
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            var (writer, number) = ((int, int))envelope.Message;
            Assert.Equal(next[writer], number);
            next[writer]++;
            taken++;
        }

        await Task.WhenAll(writing);
        Assert.All(next, count => Assert.Equal(Each, count));
        Assert.False(queue.HasMessages);
    }

    [Fact]
    public void WhatIsLeftGoesToTheDeadLetters()
    {
        var queue = new LinkedMessageQueue();
        var letters = new LinkedMessageQueue();
        queue.Enqueue(ActorRefs.Nobody, Message("a"));
        queue.Enqueue(ActorRefs.Nobody, Message("b"));

        queue.CleanUp(ActorRefs.Nobody, letters);

        Assert.False(queue.HasMessages);
        Assert.True(letters.TryDequeue(out var first) && letters.TryDequeue(out var second) && ((string)first.Message, (string)second.Message) == ("a", "b"));
    }

    [Fact]
    public void AMessageThatWasTaken_IsNotKeptAlive()
    {
        var queue = new LinkedMessageQueue();
        var message = Fill(queue);
        GC.Collect();
        Assert.False(message.IsAlive);
        GC.KeepAlive(queue);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Fill(LinkedMessageQueue queue)
        {
            var message = new object();
            queue.Enqueue(ActorRefs.Nobody, Message(message));
            queue.TryDequeue(out _);
            return new WeakReference(message);
        }
    }
}
