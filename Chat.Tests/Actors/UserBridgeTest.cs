using System.Collections.Concurrent;
using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;

namespace Chat.Tests.Actors;

/// <summary>A user between the cluster and the servers outside it.</summary>
public abstract class UserBridgeTest : UserTest
{
    protected UserBridgeTest(string? config = null)
        : base(config)
    {
        Keeper = NewProbe("keeper");
        Others = Servers = new FakeServers(Keeper.Ref);
    }

    protected TestProbe Keeper { get; }

    internal FakeServers Servers { get; }

    protected async Task HoldAsync(IActorRef user)
    {
        await Keeper.FishForMessageAsync<IClusterMessage>(message => message is HoldChannel or HoldPausedChannel);
        user.Tell(new ChannelHeld(Bob, Node.Incarnation), Keeper.Ref);
        await EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {Bob}");
    }

    /// <summary>A login, answered when the keeper has done its part.</summary>
    internal async Task<(TestProbe Session, Attached Greeting)> LogInAsync(IActorRef user, long sessionId)
    {
        var session = NewProbe();
        user.Tell(new Attach(Bob, sessionId, IsModern: true, IsReattach: false, null), session.Ref);
        await HoldAsync(user);
        var greeting = await session.FishForMessageAsync<Attached>(_ => true);
        session.IgnoreMessages(message => message is OtherDevicesChanged);
        return (session, greeting);
    }

    internal sealed class FakeServers(IActorRef keeper) : IBridge
    {
        public ConcurrentQueue<string> Published { get; } = new();

        public Func<string, bool> Receives { get; set; } = _ => true;

        /// <summary>What is published is answered with this, if it is not null.</summary>
        public Task<int>? Answer { get; set; }

        public bool IsAsked { get; private set; }

        public bool IsOn => true;

        public Task<int> PublishAsync(int userId, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
        {
            IsAsked = true;
            if (Answer is { } answer)
                return answer;
            for (var received = 0; received < bodies.Count; received++)
            {
                var text = TextOf(bodies[received]);
                if (!Receives(text))
                    return Task.FromResult(received);
                Published.Enqueue(text);
            }

            return Task.FromResult(bodies.Count);
        }

        public Task<long?> CountServersAsync(int userId) => Task.FromResult<long?>(0);

        public Task DisconnectAsync(long incarnation) => Task.CompletedTask;

        public ICanTell? KeeperOf(long incarnation) => keeper;
    }
}
