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
        Assert.Equal((8000, null, null, false), (settings.Web.Port, settings.Web.TlsPort, settings.Web.PublicUrl, settings.Web.Compresses));
        Assert.True(settings.Web.HasPage);
        Assert.Empty(settings.Web.TrustedProxies);
        Assert.Empty(settings.Web.Origins);
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
        Assert.Equal((30, 90), (settings.Limits.LoginSeconds, settings.Limits.IdleSeconds));
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
                Web = new() { HasPage = false },
                KeepsHistory = false,
                HasSearch = false,
                ProxyProtocol = true,
                BatchScheduling = false,
                ClusterHostname = "a",
                Limits = new ChatLimits { OutboxFrames = 16 },
                Files = new FileSettings { IsOn = false },
            },
            settings);
    }

    [Theory]
    [InlineData("Chat:Port and Chat:HttpPort are all 7000", "Port=7000", "HttpPort=7000")]
    [InlineData("Chat:Port and Chat:Cluster:Port are all 7000", "Port=7000", "Cluster:Port=7000")]
    [InlineData("Chat:HttpPort and Chat:Cluster:Port are all 7000", "HttpPort=7000", "Cluster:Port=7000", "Cluster:Hostname=chat-1", "Bind=0.0.0.0")]
    [InlineData("Chat:Port and Chat:HttpPort and Chat:TlsPort are all 7000", "Port=7000", "HttpPort=7000", "TlsPort=7000", "Certificate=a", "CertificateKey=b")]
    [InlineData("Chat:Port and Chat:HttpPort are all 8080", "Port=8080")]
    [InlineData("Chat:HttpPort and Chat:WebPort are all 8000", "HttpPort=8000")]
    [InlineData("Chat:WebPort and Chat:WebTlsPort are all 8443", "WebPort=8443", "WebTlsPort=8443", "Certificate=a", "CertificateKey=b")]
    public void A_port_that_is_used_twice_is_named(string expected, params string[] settings) =>
        Assert.StartsWith(expected, Assert.Throws<SettingsException>(() => Read(Pairs(settings))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Chat:Api:Keys:0 has 31 characters: at least 32 are expected", "Api:Keys:0=0123456789012345678901234567890")]
    [InlineData("Chat:Api:Keys:0 has a character that cannot stand in a header: expected is printable ASCII without blanks", "Api:Keys:0=0123456789012345 6789012345678901")]
    [InlineData("Chat:Api:Keys:first is not a setting: an index is expected behind the last colon, 0, 1 …", "Api:Keys:first=01234567890123456789012345678901")]
    public void A_key_that_is_no_key_is_refused_and_not_shown(string expected, params string[] settings) =>
        Assert.Equal(expected, Assert.Throws<SettingsException>(() => Read(Pairs(settings))).Message);

    [Theory]
    [InlineData("Chat:Hooks:OnFailure is missing", "Hooks:BeforeMessage=https://a.example/hook")]
    [InlineData("Chat:Hooks:OnFailure is \"perhaps\"", "Hooks:BeforeMessage=https://a.example/hook", "Hooks:OnFailure=perhaps")]
    [InlineData("Chat:Hooks:OnFailure has no effect without Chat:Hooks:BeforeMessage", "Hooks:OnFailure=deny")]
    [InlineData("Chat:Hooks:Secret has no effect without Chat:Hooks:BeforeMessage", "Hooks:Secret=MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("Chat:Hooks:Secret is none", "Hooks:BeforeMessage=https://a.example/hook", "Hooks:OnFailure=deny", "Hooks:Secret=short")]
    [InlineData("Chat:Hooks:BeforeMessage is no address", "Hooks:BeforeMessage=ftp://a.example/hook", "Hooks:OnFailure=deny")]
    [InlineData("Chat:Hooks:BeforeMessage is no address", "Hooks:BeforeMessage=https://me:secret@a.example/hook", "Hooks:OnFailure=deny")]
    public void A_hook_that_cannot_be_asked_is_named(string expected, params string[] settings) =>
        Assert.StartsWith(expected, Assert.Throws<SettingsException>(() => Read(Pairs(settings))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_hook_has_an_address_a_choice_and_secrets()
    {
        var hooks = Read(
            ("Hooks:BeforeMessage", "https://a.example/hook?x=1"), ("Hooks:OnFailure", "deny"),
            ("Hooks:Secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx")).Hooks;
        Assert.Equal(("https://a.example/hook?x=1", HookFailure.Deny, 2), (hooks.BeforeMessage?.ToString(), hooks.OnFailure, hooks.Secrets.Count));
        Assert.Equal(new HookSettings(), Read().Hooks);
    }

    [Fact]
    public void Keys_of_the_API_are_listed() =>
        Assert.Equal([new string('a', 32), new string('b', 40)], Read(("Api:Keys:0", new string('a', 32)), ("Api:Keys:1", new string('b', 40))).Api.Keys);

    /// <summary>Who sets it means something by it.</summary>
    [Theory]
    [InlineData("Chat:Certificate has no effect without Chat:TlsPort", "Certificate=a", "CertificateKey=b")]
    [InlineData("Chat:CertificateKey has no effect without Chat:TlsPort", "CertificateKey=b", "TlsPort=")]
    [InlineData("Chat:TrustedProxies has no effect without Chat:WebPort", "WebPort=", "TrustedProxies=10.0.0.1")]
    [InlineData("Chat:WebOrigins has no effect without Chat:WebPort", "WebPort=", "WebOrigins:0=https://a.example")]
    [InlineData("Chat:Cluster:SeedNodes has no effect without Chat:Cluster:Enabled=true", "Cluster:Enabled=false", "Cluster:SeedNodes=a:1")]
    [InlineData("Chat:Cluster:SeedNodes has no effect without Chat:Cluster:Enabled=true", "Cluster:Enabled=false", "Cluster:SeedNodes:0=a:1")]
    [InlineData("Chat:Cluster:JoinSeconds has no effect without Chat:Cluster:Enabled=true", "Cluster:Enabled=false", "Cluster:JoinSeconds=60")]
    [InlineData("Chat:Limits:MaxTextBytes has no effect without Chat:Limits:MaxFrameBytes of as much, which is 65536", "Limits:MaxTextBytes=65537")]
    public void A_setting_that_has_no_effect_is_named(string expected, params string[] settings) =>
        Assert.Equal(expected, Assert.Throws<SettingsException>(() => Read(Pairs(settings))).Message);

    [Theory]
    [InlineData("Certificate=", "CertificateKey=")]
    [InlineData("Cluster:Enabled=false", "Cluster:Hostname=a", "Cluster:Port=7001")]
    [InlineData("Limits:MaxFrameBytes=2048")]
    public void A_setting_that_is_left_alone_has_none_to_miss(params string[] settings) => Assert.NotNull(Read(Pairs(settings)));

    [Theory]
    [InlineData("Port=0", "WebPort=0", "HttpPort=0", "Cluster:Port=0")]
    [InlineData("Port=8000", "WebPort=")]
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

    [Fact]
    public void A_web_port_set_to_nothing_is_off()
    {
        Assert.Equal((null, false), (Read(("WebPort", "")).Web.Port, Read(("WebPort", "")).Web.IsOn));
        Assert.Equal((0, true), (Read(("WebPort", "0")).Web.Port, Read(("WebPort", "0")).Web.IsOn));
    }

    [Fact]
    public void A_web_port_for_TLS_needs_a_certificate_and_may_be_the_only_one()
    {
        AssertRefused("WebTlsPort", "8443");
        var web = Read(("WebPort", ""), ("WebTlsPort", "8443"), ("Certificate", "a.pem"), ("CertificateKey", "b.pem")).Web;
        Assert.Equal((null, 8443, true), (web.Port, web.TlsPort, web.IsOn));
    }

    [Fact]
    public void Proxies_and_origins_come_with_commas_or_by_index()
    {
        var web = Read(("TrustedProxies", "10.0.0.0/8, 192.0.2.1"), ("WebOrigins:0", "https://a.example"), ("WebOrigins:1", "http://B.example:8080"), ("WebPublicUrl", "https://chat.example/")).Web;
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.1/32")], web.TrustedProxies);
        Assert.Equal(["https://a.example", "http://b.example:8080"], web.Origins);
        Assert.Equal(new Uri("https://chat.example/"), web.PublicUrl);
        Assert.Equal(["*"], Read(("WebOrigins", "*")).Web.Origins);
        Assert.Equal(["capacitor://localhost"], Read(("WebOrigins", "capacitor://localhost")).Web.Origins); // a page within an app
    }

    [Theory]
    [InlineData("WebPort", "65536")]
    [InlineData("WebTlsPort", "x")]
    [InlineData("WebCompression", "gzip")]
    [InlineData("WebPublicUrl", "chat.example")]
    [InlineData("WebPublicUrl", "ftp://chat.example/")]
    [InlineData("WebPublicUrl", "https://chat.example/?a=b")]
    [InlineData("TrustedProxies", "proxy.example")]
    [InlineData("TrustedProxies", "10.0.0.1/33")]
    [InlineData("WebOrigins", "chat.example")]
    [InlineData("WebOrigins", "https://chat.example/")]
    [InlineData("WebOrigins", "https://chat.example/page")]
    [InlineData("WebOrigins", "https://me@chat.example")]
    [InlineData("WebOrigins", "null")]
    public void A_wrong_value_of_the_web_port_is_named_with_its_key(string key, string value) =>
        Assert.Contains($"\"{AddressMask.Of(value)}\"", AssertRefused(key, value), StringComparison.Ordinal);

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

    [Fact]
    public void The_page_is_there_for_this_machine_and_for_others_only_when_it_is_asked_for()
    {
        Assert.True(Read(("Bind", "127.0.0.2")).Web.HasPage);
        Assert.False(Read(("DemoPage", "false")).Web.HasPage);
        Assert.False(Read(("Bind", "0.0.0.0")).Web.HasPage);
        Assert.True(Read(("Bind", "0.0.0.0"), ("DemoPage", "true")).Web.HasPage);
        AssertRefused("DemoPage", "maybe");
    }

    static ChatSettings Read(params (string Key, string Value)[] values) => ChatSettings.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(each => KeyValuePair.Create<string, string?>($"Chat:{each.Key}", each.Value)))
            .Build());
}
