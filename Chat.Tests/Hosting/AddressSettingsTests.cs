using Chat.Node.Hosting;
using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>Addresses at which nobody can be reached: a node would start, and the others never find it.</summary>
public sealed class AddressSettingsTests
{
    [Theory]
    [InlineData("Cluster:Hostname", "0.0.0.0")]
    [InlineData("Cluster:Hostname", "::")]
    [InlineData("Cluster:Hostname", "[::]")]
    [InlineData("Cluster:Hostname", "224.0.0.1")]
    [InlineData("Cluster:Hostname", "255.255.255.255")]
    [InlineData("Cluster:Hostname", "0.255.255.255")]
    [InlineData("Cluster:Hostname", "[ff02::1]")]
    [InlineData("Cluster:Hostname", "::ffff:224.0.0.1")]
    [InlineData("Cluster:Hostname", "::ffff:0.0.0.0")]
    [InlineData("Cluster:SeedNodes", "a b:4053")]
    [InlineData("Cluster:SeedNodes", "0.0.0.0:4053")]
    [InlineData("Cluster:SeedNodes", "[::]:4053")]
    [InlineData("Cluster:SeedNodes", "224.0.0.1:4053")]
    [InlineData("Bind", "224.0.0.1")]
    [InlineData("Bind", "239.255.255.255")]
    [InlineData("Bind", "240.0.0.1")]
    [InlineData("Bind", "255.255.255.255")]
    [InlineData("Bind", "0.255.255.255")]
    [InlineData("Bind", "0.0.0.1")]
    [InlineData("Bind", "ff02::1")]
    [InlineData("Bind", "::ffff:224.0.0.1")]
    [InlineData("Bind", "::ffff:0.0.0.0")]
    [InlineData("Cluster:SeedNodes", "akka.tcp://chat@a:4053")]
    [InlineData("Cluster:SeedNodes", "a:4053,b@c:4053")]
    public void What_is_no_address_of_a_node_is_named(string key, string value)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(key, value)).Message;
        Assert.StartsWith($"Chat:{key} is \"{AddressMask.Of(value.Split(',')[^1])}\": expected is ", wrong, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("chat-0.chat.svc.cluster.local")]
    [InlineData("[fe80::1]")]
    public void What_is_one_is_taken(string host)
    {
        Assert.Equal(host, Read("Cluster:Hostname", host).ClusterHostname);
        Assert.Equal([$"{host}:4053"], Read("Cluster:SeedNodes", $"{host}:4053").SeedNodes);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("1.0.0.1")]
    [InlineData("223.255.255.255")]
    public void Where_a_node_can_listen_it_may(string address) => Assert.Equal(address, Read("Bind", address).Bind.ToString());

    /// <summary>Linux lets a process listen there.</summary>
    [Theory]
    [InlineData("Bind", 0)]
    [InlineData("Cluster:Hostname", 0)]
    [InlineData("Cluster:Hostname", 1)]
    public async Task A_broadcast_address_of_this_machine_is_named_before_the_start(string key, int port)
    {
        var settings = Read(key, "127.255.255.255") with { Port = port, HttpPort = 0, ClusterPort = port, Web = new WebSettings { Port = null } };
        var wrong = await Assert.ThrowsAsync<CannotStartException>(() => PortCheck.RunAsync(key == "Bind" ? settings : settings with { Port = 0 }));
        Assert.StartsWith($"Chat:{key}: 127.255.255.255 is a broadcast address", wrong.Message, StringComparison.Ordinal);
    }

    static ChatSettings Read(string key, string value) =>
        ChatSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new($"Chat:{key}", value)]).Build());
}
