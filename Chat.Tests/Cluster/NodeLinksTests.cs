using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Serialization;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Cluster;

/// <summary>Two actor systems with real remoting between them.</summary>
public sealed class NodeLinksTests : IAsyncLifetime
{
    const int Messages = 5000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly ActorSystem _here = Create();
    readonly ActorSystem _there = Create();

    public Task InitializeAsync()
    {
        foreach (var system in new[] { _here, _there })
            ((ExtendedActorSystem)system).SystemActorOf(Props.Create<NodeLinkReceiver>(), NodeLinkReceiver.Name);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _here.Terminate();
        await _there.Terminate();
    }

    [Fact]
    public async Task Messages_of_many_actors_arrive_once_in_the_order_of_each_and_with_their_senders()
    {
        var received = new ConcurrentQueue<(long Sender, long Number)>();
        var target = await RemoteAsync(message => received.Enqueue((message.SessionId, message.UpTo)));
        var senders = Enumerable.Range(0, 4).Select(i => _here.ActorOf(Props.Create(() => new Silent()), $"sender-{i}")).ToList();
        var links = NodeLinks.Of(_here);
        await Task.WhenAll(senders.Select((sender, i) => Task.Run(() =>
        {
            for (var number = 1; number <= Messages; number++)
                links.Tell(target, new Pushed(1, i, ConversationId.Group(1), 0, number), sender);
        })));

        await Eventually.TrueAsync(() => received.Count == 4 * Messages);
        foreach (var own in received.GroupBy(message => message.Sender))
            Assert.Equal(Enumerable.Range(1, Messages).Select(number => (long)number), own.Select(message => message.Number));
    }

    [Fact]
    public async Task An_answer_finds_the_sender()
    {
        var target = await RemoteAsync(null);
        var answer = new TaskCompletionSource<Pushed>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asker = _here.ActorOf(Props.Create(() => new Receiver(message => answer.SetResult(message), false)));
        NodeLinks.Of(_here).Tell(target, new Pushed(1, 2, ConversationId.Group(3), 4, 5), asker);
        Assert.Equal(5, (await answer.Task.WaitAsync(Patience)).UpTo);
    }

    /// <summary>Each of them alone is half of what one message between nodes may have.</summary>
    [Fact]
    public async Task Large_messages_do_not_become_too_large_together()
    {
        var sizes = new ConcurrentQueue<int>();
        var path = _there.ActorOf(Props.Create(() => new Pages(sizes))).Path.ToStringWithAddress(AddressOf(_there));
        var target = await _here.ActorSelection(path).ResolveOne(Patience);
        var row = new QueuedMessage(1, null, 0, null, 0, new byte[500_000]);
        for (var i = 0; i < 5; i++)
            NodeLinks.Of(_here).Tell(target, new OfflinePage([row]), ActorRefs.Nobody);
        await Eventually.TrueAsync(() => sizes.Count == 5);
        Assert.All(sizes, size => Assert.Equal(500_000, size));
    }

    [Fact]
    public void To_an_actor_of_this_node_nothing_travels()
    {
        var received = new ConcurrentQueue<object>();
        var self = _here.ActorOf(Props.Create(() => new Receiver(received.Enqueue, false)));
        var message = new Pushed(1, 2, ConversationId.Group(3), 4, 5);
        NodeLinks.Of(_here).Tell(self, message, ActorRefs.Nobody);
        Assert.True(SpinWait.SpinUntil(() => !received.IsEmpty, Patience));
        Assert.Same(message, Assert.Single(received));
    }

    /// <summary>A node of a newer version may send what this one does not know: the others arrive.</summary>
    [Fact]
    public async Task A_message_that_is_not_known_is_left_out()
    {
        var received = new ConcurrentQueue<long>();
        var target = await RemoteAsync(message => received.Enqueue(message.UpTo));
        byte[] parts = [.. Known(1), .. Unknown(), .. Known(3)];
        _there.ActorSelection($"/system/{NodeLinkReceiver.Name}").Tell(new Bundle(parts));
        await Eventually.TrueAsync(() => received.Count == 2);
        Assert.Equal([1L, 3L], received);

        byte[] Known(long number)
        {
            var writer = new BundleWriter();
            writer.Add(target.Path.ToSerializationFormat(), NobodyHere(), new Pushed(1, 2, ConversationId.Group(3), 4, number));
            return writer.Take().Parts.ToArray();
        }

        byte[] Unknown()
        {
            var (bundle, part) = (new WireWriter(), new WireWriter());
            part.Text(target.Path.ToSerializationFormat());
            part.Text(NobodyHere());
            part.Text("from-tomorrow");
            part.Bytes([1, 2, 3]);
            bundle.Long((int)BundlePart.Item);
            bundle.Bytes(part.Written);
            bundle.Long(77); // a kind of part
            bundle.Bytes([1, 2, 3]);
            return bundle.ToArray();
        }

        string NobodyHere() => _here.DeadLetters.Path.ToSerializationFormatWithAddress(AddressOf(_here));
    }

    async Task<IActorRef> RemoteAsync(Action<Pushed>? onMessage)
    {
        var answers = onMessage is null;
        onMessage ??= _ => { };
        var actor = _there.ActorOf(Props.Create(() => new Receiver(onMessage, answers)));
        var target = await _here.ActorSelection(actor.Path.ToStringWithAddress(AddressOf(_there))).ResolveOne(Patience);
        Assert.False(target.Path.Address.HasLocalScope);
        return target;
    }

    static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    static ActorSystem Create() => ActorSystem.Create("chat", ConfigurationFactory.ParseString(
        $$"""
        {{SessionDispatcher.Id}} { type = "{{typeof(SessionDispatcher).AssemblyQualifiedName}}", throughput = 64 }
        akka {
          loglevel = WARNING
          actor {
            provider = remote
            serializers.chat = "{{typeof(ChatSerializer).AssemblyQualifiedName}}"
            serialization-bindings { "{{typeof(IClusterMessage).AssemblyQualifiedName}}" = chat }
            serialization-identifiers { "{{typeof(ChatSerializer).AssemblyQualifiedName}}" = {{ChatSerializer.FrozenId}} }
          }
          remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0, maximum-frame-size = 1 MiB }
        }
        """));

    sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            // only lends its name
        }
    }

    sealed class Receiver(Action<Pushed> onMessage, bool answers) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not Pushed pushed)
                return;
            onMessage(pushed);
            if (answers)
                NodeLinks.Of(Context.System).Tell(Sender, pushed, Self);
        }
    }

    sealed class Pages(ConcurrentQueue<int> sizes) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is OfflinePage page)
                sizes.Enqueue(page.Offline[0].Body.Length);
        }
    }
}
