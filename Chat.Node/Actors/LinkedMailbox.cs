using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Chat.Node.Actors;

/// <summary>
/// The mailbox of all actors. Akka's own holds an array of 32 places for each actor, empty or not: more than everything else that an idle
/// user costs, and another cold cache line with every message.
/// </summary>
sealed class LinkedMailbox(Akka.Actor.Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<LinkedMessageQueue>
{
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new LinkedMessageQueue();
}

/// <summary>
/// An unbounded queue of many producers and one consumer: a linked list, whose end is exchanged (Vyukov's queue). An empty one is a
/// single node.
/// </summary>
sealed class LinkedMessageQueue : IMessageQueue, IUnboundedMessageQueueSemantics
{
    sealed class Node
    {
        public Envelope Envelope;
        public volatile Node? Next;
    }

    /// <summary>In front of the oldest message. The consumer's.</summary>
    Node _taken = new();

    /// <summary>The newest message. The producers'.</summary>
    Node _newest;

    public LinkedMessageQueue() => _newest = _taken;

    /// <summary>May be asked by anybody; true also for a message that is just being put in.</summary>
    public bool HasMessages => !ReferenceEquals(Volatile.Read(ref _newest), Volatile.Read(ref _taken));

    /// <summary>An estimate unless the consumer asks. Takes as long as there are messages.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            for (var node = Volatile.Read(ref _taken).Next; node is not null; node = node.Next)
                count++;
            return count;
        }
    }

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        var node = new Node { Envelope = envelope };
        Interlocked.Exchange(ref _newest, node).Next = node;
    }

    /// <summary>False also when the oldest message is just being put in: whoever does that wakes the actor afterwards.</summary>
    public bool TryDequeue(out Envelope envelope)
    {
        var taken = _taken;
        if (taken.Next is not { } next)
        {
            envelope = default;
            return false;
        }

        envelope = next.Envelope;
        next.Envelope = default; // it stays as the place in front of the next
        taken.Next = null; // an old place must not keep young messages alive: the collector may not look at it for long
        Volatile.Write(ref _taken, next);
        return true;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        var spin = new SpinWait();
        while (HasMessages)
        {
            if (TryDequeue(out var envelope))
                deadletters.Enqueue(owner, envelope);
            else
                spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
