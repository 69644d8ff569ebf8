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
    [InlineData("Cluster:SeedNodes", "a b:4053")]
    [InlineData("Cluster:SeedNodes", "akka.tcp://chat@a:4053")]
    [InlineData("Cluster:SeedNodes", "a:4053,b@c:4053")]
    public void What_is_no_address_of_a_node_is_named(string key, string value)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read(key, value)).Message;
        Assert.StartsWith($"Chat:{key} is \"{value.Split(',')[^1]}\": expected is ", wrong, StringComparison.Ordinal);
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

    static ChatSettings Read(string key, string value) =>
        ChatSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new($"Chat:{key}", value)]).Build());
}
