using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>Who may speak to the cluster's port.</summary>
public sealed class ClusterProtectionTests
{
    static readonly string[] Tls = ["Cluster:Certificate=c.pem", "Cluster:CertificateKey=k.pem", "Cluster:CertificateAuthority=a.pem"];

    [Fact]
    public void Without_a_setting_nodes_speak_without_TLS_and_an_open_port_is_warned_of()
    {
        var settings = Read();
        Assert.Equal((null, UnprotectedCluster.Warn, false), (settings.ClusterTls, settings.Unprotected, settings.IsClusterOpen));
        Assert.Contains(("Cluster:Certificate", "not set"), settings.Shared);
    }

    [Fact]
    public void With_three_files_they_speak_TLS()
    {
        var settings = Read([.. Tls, "Cluster:Hostname=node1"]);
        Assert.Equal(new ClusterTlsSettings("c.pem", "k.pem", "a.pem"), settings.ClusterTls);
        Assert.False(settings.IsClusterOpen);
        Assert.Contains(("Cluster:Certificate", "set"), settings.Shared);
    }

    [Theory]
    [InlineData(0, "Chat:Cluster:Certificate is missing")]
    [InlineData(1, "Chat:Cluster:CertificateKey is missing")]
    [InlineData(2, "Chat:Cluster:CertificateAuthority is missing")]
    public void Of_the_three_files_none_may_be_missing(int missing, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<SettingsException>(() => Read([.. Tls.Where((_, i) => i != missing)])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(false, "Cluster:Hostname=127.0.0.1")]
    [InlineData(false, "Cluster:Hostname=127.0.0.7")]
    [InlineData(false, "Cluster:Hostname=localhost")]
    [InlineData(false, "Cluster:Hostname=::1")]
    [InlineData(true, "Cluster:Hostname=192.0.2.1")]
    [InlineData(true, "Cluster:Hostname=node1")]
    [InlineData(false, "Bind=0.0.0.0")]
    [InlineData(false, "Bind=::")]
    [InlineData(false, "Bind=192.0.2.1")]
    public void A_port_that_other_machines_may_reach_is_open(bool isOpen, string setting)
    {
        Assert.Equal(isOpen, Read(setting).IsClusterOpen);
        Assert.False(Read(setting, "Cluster:Enabled=false").IsClusterOpen);
        Assert.False(Read([setting, .. Tls]).IsClusterOpen);
    }

    [Theory]
    [InlineData(false, "Bind=0.0.0.0")]
    [InlineData(false, "Bind=0.0.0.0", "Cluster:Hostname=localhost")]
    [InlineData(false, "Cluster:Hostname=node1")]
    [InlineData(true, "Bind=0.0.0.0", "Cluster:Hostname=node1")]
    [InlineData(true, "Bind=::", "Cluster:Hostname=192.0.2.1")]
    public void It_is_open_at_every_address_only_where_others_are_to_reach_the_node(bool isEverywhere, params string[] settings) =>
        Assert.Equal(isEverywhere, Read(settings).IsClusterEverywhere);

    [Fact]
    public void An_open_port_may_be_refused_and_allowed()
    {
        Assert.StartsWith(
            "Chat:Cluster:Unprotected is refuse, and other machines may reach the cluster's port",
            Assert.Throws<SettingsException>(() => Read("Cluster:Unprotected=refuse", "Cluster:Hostname=node1")).Message, StringComparison.Ordinal);
        Assert.Equal(UnprotectedCluster.Refuse, Read("Cluster:Unprotected=refuse").Unprotected);
        Assert.Equal(UnprotectedCluster.Refuse, Read(["Cluster:Unprotected=refuse", "Cluster:Hostname=node1", .. Tls]).Unprotected);
        Assert.Equal(UnprotectedCluster.Allow, Read("Cluster:Unprotected=allow", "Cluster:Hostname=node1").Unprotected);
        Assert.StartsWith("Chat:Cluster:Unprotected is \"maybe\": expected is one of", Assert.Throws<SettingsException>(() => Read("Cluster:Unprotected=maybe")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_cluster_they_have_no_effect() =>
        Assert.Equal("Chat:Cluster:Certificate has no effect without Chat:Cluster:Enabled=true", Assert.Throws<SettingsException>(() => Read(["Cluster:Enabled=false", .. Tls])).Message);

    static ChatSettings Read(params string[] settings) => ChatSettings.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(each => each.Split('=', 2)).Select(pair => KeyValuePair.Create<string, string?>($"Chat:{pair[0]}", pair[1])))
            .Build());
}
