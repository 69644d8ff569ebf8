using Chat.Node.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class ChatSettingsTests
{
    /// <summary>The table of settings in the design, which acceptance checks rely on.</summary>
    [Fact]
    public void Without_settings_everything_is_as_documented()
    {
        var settings = Read();
        Assert.Equal("127.0.0.1", settings.Bind.ToString());
        Assert.Equal((6000, 8080, 4053), (settings.Port, settings.HttpPort, settings.ClusterPort));
        Assert.Null(settings.TlsPort);
        Assert.Equal(("", ""), (settings.Certificate, settings.CertificateKey));
        Assert.Equal("Data Source=data/chat.db", settings.ConnectionString);
        Assert.True(settings.KeepsHistory);
        Assert.True(settings.IsClustered);
        Assert.Equal("127.0.0.1", settings.ClusterHostname);
        Assert.Equal(8, settings.MaxSessions);
        Assert.Equal(
            new ChatLimits
            {
                MaxFrameBytes = 65536,
                MaxTextBytes = 16384,
                MaxConnections = 100_000,
                FramesPerSecond = 1000,
                LoginSeconds = 30,
                IdleSeconds = 90,
                LegacyIdleSeconds = 86400,
                LoginsPerMinutePerAddress = 6000,
                FailedLoginsPerMinutePerAccount = 10,
                OutboxFrames = 4096,
            },
            settings.Limits);
    }

    [Fact]
    public void Every_documented_key_is_read()
    {
        var settings = Read(
            ("Bind", "0.0.0.0"), ("Port", "1"), ("TlsPort", "2"), ("Certificate", "c.pem"), ("CertificateKey", "k.pem"), ("HttpPort", "3"),
            ("ProxyProtocol", "false"), ("Storage:Provider", "Sqlite"), ("Storage:ConnectionString", "Data Source=x.db"), ("History:Enabled", "false"),
            ("Redis:ConnectionString", ""), ("Bridge:LegacyPasswords", "False"), ("Cluster:Enabled", "false"), ("Cluster:Hostname", "h"),
            ("Cluster:Port", "4"), ("Cluster:SeedNodes", ""), ("Users:MaxSessions", "1"), ("Limits:MaxFrameBytes", "4096"), ("Limits:MaxTextBytes", "5"),
            ("Limits:MaxConnections", "6"), ("Limits:FramesPerSecond", "0"), ("Limits:LoginSeconds", "7"), ("Limits:IdleSeconds", "8"),
            ("Limits:LegacyIdleSeconds", "9"), ("Limits:LoginsPerMinutePerAddress", "10"), ("Limits:FailedLoginsPerMinutePerAccount", "11"),
            ("Limits:OutboxFrames", "16"));
        Assert.Equal("0.0.0.0", settings.Bind.ToString());
        Assert.Equal((1, 2, 3, 4), (settings.Port, settings.TlsPort, settings.HttpPort, settings.ClusterPort));
        Assert.Equal(("c.pem", "k.pem", "Data Source=x.db", "h"), (settings.Certificate, settings.CertificateKey, settings.ConnectionString, settings.ClusterHostname));
        Assert.Equal((false, false, 1), (settings.KeepsHistory, settings.IsClustered, settings.MaxSessions));
        Assert.Equal(
            new ChatLimits
            {
                MaxFrameBytes = 4096,
                MaxTextBytes = 5,
                MaxConnections = 6,
                FramesPerSecond = 0,
                LoginSeconds = 7,
                IdleSeconds = 8,
                LegacyIdleSeconds = 9,
                LoginsPerMinutePerAddress = 10,
                FailedLoginsPerMinutePerAccount = 11,
                OutboxFrames = 16,
            },
            settings.Limits);
    }

    [Theory]
    [InlineData("Prot")]
    [InlineData("Limits:MaxFrames")]
    [InlineData("Limits:Inner:Deep")]
    [InlineData("Storage")]
    [InlineData("Port:x")]
    public void An_unknown_key_stops_the_start_and_is_named(string key) =>
        Assert.Contains($"Chat:{key}", Assert.Throws<SettingsException>(() => Read((key, "1"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Port", "65536")]
    [InlineData("Port", "-1")]
    [InlineData("Port", "six")]
    [InlineData("Port", "6000.0")]
    [InlineData("Port", " 6000")]
    [InlineData("HttpPort", "x")]
    [InlineData("Bind", "localhost")]
    [InlineData("Bind", "")]
    [InlineData("History:Enabled", "yes")]
    [InlineData("Cluster:Enabled", "1")]
    [InlineData("Users:MaxSessions", "0")]
    [InlineData("Users:MaxSessions", "65")]
    [InlineData("Limits:MaxFrameBytes", "2047")]
    [InlineData("Limits:MaxFrameBytes", "64k")]
    [InlineData("Limits:MaxTextBytes", "0")]
    [InlineData("Limits:FramesPerSecond", "-1")]
    [InlineData("Limits:IdleSeconds", "9999999999")]
    [InlineData("Limits:OutboxFrames", "15")]
    public void A_wrong_value_stops_the_start_and_is_named(string key, string value)
    {
        var message = Assert.Throws<SettingsException>(() => Read((key, value))).Message;
        Assert.Contains($"Chat:{key} is \"{value}\"", message, StringComparison.Ordinal);
        Assert.Contains("expected", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Storage:Provider", "MySql")]
    [InlineData("ProxyProtocol", "true")]
    [InlineData("Redis:ConnectionString", "localhost")]
    [InlineData("Bridge:LegacyPasswords", "true")]
    [InlineData("Cluster:SeedNodes", "a:4053,b:4053")]
    public void What_this_version_cannot_do_is_refused_and_not_ignored(string key, string value)
    {
        var message = Assert.Throws<SettingsException>(() => Read((key, value))).Message;
        Assert.Contains($"Chat:{key}", message, StringComparison.Ordinal);
        Assert.Contains("not supported", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Indexed_seed_nodes_are_refused_too() =>
        Assert.Contains("Chat:Cluster:SeedNodes", Assert.Throws<SettingsException>(() => Read(("Cluster:SeedNodes:0", "a:4053"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Certificate")]
    [InlineData("CertificateKey")]
    public void Tls_needs_both_files(string given) =>
        Assert.Contains("Chat:TlsPort", Assert.Throws<SettingsException>(() => Read(("TlsPort", "6001"), (given, "x.pem"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Other_sections_are_none_of_ours()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Logging:Whatever", "x"), new("chat:port", "6001")]).Build();
        Assert.Equal(6001, ChatSettings.Read(configuration).Port);
    }

    static ChatSettings Read(params (string Key, string Value)[] settings) => ChatSettings.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>($"Chat:{setting.Key}", setting.Value)))
            .Build());
}
