using System.Net;
using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class ChatSettingsTests
{
    [Fact]
    public void Without_any_setting_the_documented_defaults_count()
    {
        var settings = Read();
        Assert.Equal(IPAddress.Parse("127.0.0.1"), settings.Bind);
        Assert.Equal(6000, settings.Port);
        Assert.Null(settings.TlsPort);
        Assert.Equal(("", ""), (settings.Certificate, settings.CertificateKey));
        Assert.Equal(8080, settings.HttpPort);
        Assert.False(settings.ProxyProtocol);
        Assert.True(settings.BatchScheduling);
        Assert.Equal("Data Source=data/chat.db", settings.ConnectionString);
        Assert.True(settings.KeepsHistory);
        Assert.True(settings.IsClustered);
        Assert.Equal(("127.0.0.1", 4053), (settings.ClusterHostname, settings.ClusterPort));
        Assert.Equal(8, settings.MaxSessions);
        Assert.Equal(65536, settings.Limits.MaxFrameBytes);
        Assert.Equal(16384, settings.Limits.MaxTextBytes);
        Assert.Equal(100_000, settings.Limits.MaxConnections);
        Assert.Equal(1000, settings.Limits.FramesPerSecond);
        Assert.Equal(30, settings.Limits.LoginSeconds);
        Assert.Equal(90, settings.Limits.IdleSeconds);
        Assert.Equal(86400, settings.Limits.LegacyIdleSeconds);
        Assert.Equal(6000, settings.Limits.LoginsPerMinutePerAddress);
        Assert.Equal(10, settings.Limits.FailedLoginsPerMinutePerAccount);
        Assert.Equal(4096, settings.Limits.OutboxFrames);
        Assert.Equal(30, settings.Limits.PeerTimeoutSeconds);
    }

    [Fact]
    public void What_is_read_without_settings_is_what_a_new_record_holds() => Assert.Equal(new ChatSettings(), Read());

    [Fact]
    public void A_value_takes_the_place_of_its_default()
    {
        var settings = Read(
            ("Port", "7000"), ("Bind", "0.0.0.0"), ("History:Enabled", "false"), ("Limits:OutboxFrames", "16"), ("Cluster:Hostname", "a"),
            ("ProxyProtocol", "true"), ("BatchScheduling", "false"));
        Assert.Equal(
            new ChatSettings
            {
                Port = 7000,
                Bind = IPAddress.Any,
                KeepsHistory = false,
                ProxyProtocol = true,
                BatchScheduling = false,
                ClusterHostname = "a",
                Limits = new ChatLimits { OutboxFrames = 16 },
            },
            settings);
    }

    [Theory]
    [InlineData("Chat:Port and Chat:HttpPort are all 7000", "Port=7000", "HttpPort=7000")]
    [InlineData("Chat:Port and Chat:Cluster:Port are all 7000", "Port=7000", "Cluster:Port=7000")]
    [InlineData("Chat:HttpPort and Chat:Cluster:Port are all 7000", "HttpPort=7000", "Cluster:Port=7000", "Cluster:Hostname=chat-1", "Bind=0.0.0.0")]
    [InlineData("Chat:Port and Chat:HttpPort and Chat:TlsPort are all 7000", "Port=7000", "HttpPort=7000", "TlsPort=7000", "Certificate=a", "CertificateKey=b")]
    [InlineData("Chat:Port and Chat:HttpPort are all 8080", "Port=8080")]
    public void A_port_that_is_used_twice_is_named(string expected, params string[] settings) =>
        Assert.StartsWith(expected, Assert.Throws<SettingsException>(() => Read(Pairs(settings))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Port=0", "HttpPort=0", "Cluster:Port=0")]
    [InlineData("Port=7000", "Cluster:Port=7000", "Cluster:Enabled=false")]
    [InlineData("Port=7000", "Cluster:Port=7000", "Cluster:Hostname=127.0.0.2")]
    public void Ports_that_do_not_meet_may_be_the_same(params string[] settings) => Assert.NotNull(Read(Pairs(settings)));

    [Theory]
    [InlineData("::1")]
    [InlineData("[::1]")]
    public void An_address_of_IPv6_has_brackets(string hostname) => Assert.Equal("[::1]", Read(("Cluster:Hostname", hostname)).ClusterHostname);

    static (string Key, string Value)[] Pairs(string[] settings) => [.. settings.Select(setting => (setting.Split('=')[0], setting.Split('=')[1]))];

    [Theory]
    [InlineData("Prot")]
    [InlineData("Limits:MaxFrames")]
    [InlineData("Limits")]
    [InlineData("Port:0")]
    [InlineData("Bridge:Other")]
    public void An_unknown_key_is_named(string key) => AssertRefused(key, "1");

    [Theory]
    [InlineData("Bind", "localhost")]
    [InlineData("Port", "many")]
    [InlineData("Storage:Provider", "Postgres")]
    [InlineData("Storage:Provider", "1")]
    [InlineData("Bridge:LegacyPasswords", "perhaps")]
    [InlineData("Bridge:LegacyCharset", "latin1")]
    [InlineData("Port", "65536")]
    [InlineData("HttpPort", "-1")]
    [InlineData("TlsPort", "x")]
    [InlineData("History:Enabled", "yes")]
    [InlineData("ProxyProtocol", "v2")]
    [InlineData("Cluster:Port", "1.5")]
    [InlineData("Cluster:Hostname", "a b")]
    [InlineData("Cluster:Hostname", "a:4053")]
    [InlineData("Users:MaxSessions", "0")]
    [InlineData("Limits:MaxFrameBytes", "1023")]
    [InlineData("Limits:OutboxFrames", "15")]
    [InlineData("Limits:PeerTimeoutSeconds", "1")]
    public void A_wrong_value_is_named_with_its_key(string key, string value) =>
        Assert.Contains($"\"{value}\"", AssertRefused(key, value), StringComparison.Ordinal);

    [Fact]
    public void A_number_set_to_nothing_is_not_set() => Assert.Equal(new ChatSettings(), Read(("Limits:IdleSeconds", "")));

    [Fact]
    public void A_redis_turns_the_bridge_on()
    {
        Assert.False(Read(("Redis:ConnectionString", "")).IsBridged);
        var settings = Read(("Redis:ConnectionString", "localhost:6379,password=secret"));
        Assert.Equal((true, "localhost:6379,password=secret"), (settings.IsBridged, settings.RedisConnectionString));
    }

    [Theory]
    [InlineData("password=secret")]
    [InlineData("localhost:6379,password=secret,noSuchOption=1")]
    public void A_redis_that_cannot_be_read_is_refused_without_repeating_what_may_hold_a_password(string value)
    {
        var message = AssertRefused("Redis:ConnectionString", value);
        Assert.Contains("Chat:Redis:ConnectionString", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Seed_nodes_come_with_commas_or_by_index_and_in_their_order()
    {
        Assert.Empty(Read(("Cluster:SeedNodes", "")).SeedNodes);
        Assert.Equal(["a:4053", "b:4054"], Read(("Cluster:SeedNodes", "a:4053, b:4054")).SeedNodes);
        Assert.Equal(["a:4053", "[::1]:4054"], Read(("Cluster:SeedNodes:0", "a:4053"), ("Cluster:SeedNodes:1", "[::1]:4054")).SeedNodes);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a:")]
    [InlineData(":4053")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:4053,b")]
    public void A_seed_node_without_host_or_port_is_named(string value)
    {
        Assert.Contains("host:port", AssertRefused("Cluster:SeedNodes", value), StringComparison.Ordinal);
        Assert.Throws<SettingsException>(() => Read(("Cluster:SeedNodes:0", value)));
        Assert.Throws<SettingsException>(() => Read(("Cluster:SeedNodes:x", "a:4053")));
    }

    [Fact]
    public void A_port_for_TLS_needs_a_certificate()
    {
        AssertRefused("TlsPort", "6001");
        Assert.Throws<SettingsException>(() => Read(("TlsPort", "6001"), ("Certificate", "a.pem")));
        Assert.Equal(6001, Read(("TlsPort", "6001"), ("Certificate", "a.pem"), ("CertificateKey", "b.pem")).TlsPort);
    }

    [Theory]
    [InlineData("MySql")]
    [InlineData("mysql")]
    public void MySql_needs_a_connection_string(string provider)
    {
        Assert.Contains("Chat:Storage:ConnectionString", Assert.Throws<SettingsException>(() => Read(("Storage:Provider", provider))).Message, StringComparison.Ordinal);
        var settings = Read(("Storage:Provider", provider), ("Storage:ConnectionString", "Server=db;Database=chat;User ID=me;Password=secret"));
        Assert.Equal((StorageProvider.MySql, "MySQL db:3306/chat"), (settings.Storage, settings.StorageName));
    }

    static string AssertRefused(string key, string value)
    {
        var message = Assert.Throws<SettingsException>(() => Read((key, value))).Message;
        Assert.StartsWith($"Chat:{key} ", message, StringComparison.Ordinal);
        return message;
    }

    static ChatSettings Read(params (string Key, string Value)[] values) => ChatSettings.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(each => KeyValuePair.Create<string, string?>($"Chat:{each.Key}", each.Value)))
            .Build());
}
