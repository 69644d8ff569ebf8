using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Event;
using Chat.Node.Cluster;
using Xunit;

namespace Chat.Tests.Cluster;

public sealed class PeerFailureDetectorTests
{
    static readonly UniqueAddress Dead = MemberAt("a", 1);

    readonly EventStream _events = new(debug: false);

    [Fact]
    public void Who_is_known_to_be_dead_is_not_available_though_it_was_heard_just_now()
    {
        var detector = New();
        Assert.True(detector.IsAvailable);
        GonePeers.Of(_events).Add(Dead);
        Assert.False(detector.IsAvailable);
        detector.HeartBeat(); // an old answer that was on its way
        Assert.False(detector.IsAvailable);
    }

    [Fact]
    public void Another_member_and_another_actor_system_are_not_meant()
    {
        GonePeers.Of(_events).Add(MemberAt("b", 1));
        GonePeers.Of(new EventStream(debug: false)).Add(Dead);
        Assert.True(New().IsAvailable);
    }

    [Fact]
    public void A_later_start_at_the_address_is_available_once_the_dead_one_is_removed()
    {
        GonePeers.Of(_events).Add(Dead);
        GonePeers.Of(_events).Keep([Dead]);
        Assert.False(New().IsAvailable);
        GonePeers.Of(_events).Keep([MemberAt("a", 2)]);
        Assert.True(New().IsAvailable);
    }

    [Fact]
    public void What_lets_coordinators_begin_is_there_in_this_version_of_the_library() => Assert.Equal("StateInitialized", CoordinatorWakeUp.StateInitialized.GetType().Name);

    static UniqueAddress MemberAt(string host, int uid) => new(new Address("akka.tcp", "chat", host, 1), uid);

    PeerFailureDetector New()
    {
        var detector = new PeerFailureDetector(
            ConfigurationFactory.ParseString("threshold = 8.0, max-sample-size = 100, min-std-deviation = 100 ms, acceptable-heartbeat-pause = 60 s, heartbeat-interval = 500 ms"), _events)
        {
            Address = Dead.Address.ToString(),
        };
        detector.HeartBeat();
        return detector;
    }
}
