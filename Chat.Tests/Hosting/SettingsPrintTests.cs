using Chat.Node.Hosting;
using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>What <c>--print-config</c> says.</summary>
public sealed class SettingsPrintTests
{
    const string Marker = "marker-that-nobody-may-see-anywhere";

    [Fact]
    public void Each_setting_is_told_with_its_value_and_its_source()
    {
        var lines = Print("--Chat:Port=6001", "--Chat:Cluster:SeedNodes=a:1,b:2");
        Assert.Contains("Chat:Port = 6001 (command line)", lines);
        Assert.Contains("Chat:HttpPort = 8080 (default)", lines);
        Assert.Contains("Chat:WebPort = 8000 (default)", lines);
        Assert.Contains("Chat:History:Enabled = true (default)", lines);
        Assert.Contains("Chat:Cluster:SeedNodes = a:1,b:2 (command line)", lines);
        Assert.InRange(lines.Count, 50, 200);
    }

    [Theory]
    [InlineData("Chat:Api:Keys:0", Marker)]
    [InlineData("Chat:Storage:ConnectionString", $"Data Source={Marker}")]
    [InlineData("Chat:Redis:ConnectionString", $"127.0.0.1:6379,password={Marker}")]
    public void A_secret_is_told_to_be_set_and_nothing_more(string key, string value)
    {
        var lines = Print($"--{key}={value}");
        Assert.Contains($"{key} = *** (command line)", lines);
        Assert.All(lines, line => Assert.DoesNotContain(Marker, line, StringComparison.Ordinal));
    }

    [Fact]
    public void Secrets_of_issuers_and_of_the_hook_are_hidden_too()
    {
        var secret = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(Marker));
        var lines = Print(
            "--Chat:Auth:Issuers:0:Name=shop", "--Chat:Auth:Issuers:0:Audience=chat", $"--Chat:Auth:Issuers:0:Secret={Marker}",
            "--Chat:Hooks:BeforeMessage=http://127.0.0.1/hook", "--Chat:Hooks:OnFailure=deny", $"--Chat:Hooks:Secret={secret}");
        Assert.Contains("Chat:Auth:Issuers:0:Secret = *** (command line)", lines);
        Assert.Contains("Chat:Hooks:Secret = *** (command line)", lines);
        Assert.All(lines, line => Assert.True(!line.Contains(Marker, StringComparison.Ordinal) && !line.Contains(secret, StringComparison.Ordinal), line));
    }

    [Fact]
    public void The_secret_of_a_bucket_is_hidden_too()
    {
        var lines = Print("--Chat:Files:Store=s3", "--Chat:Files:S3:Bucket=files", "--Chat:Files:S3:AccessKey=shop", $"--Chat:Files:S3:SecretKey={Marker}");
        Assert.Contains("Chat:Files:S3:SecretKey = *** (command line)", lines);
        Assert.Contains("Chat:Files:S3:AccessKey = shop (command line)", lines);
        Assert.All(lines, line => Assert.DoesNotContain(Marker, line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Bind", "127.0.0.1")]
    [InlineData("Port", "6000")]
    [InlineData("TlsPort", "")]
    [InlineData("ProxyProtocol", "false")]
    [InlineData("DemoPage", "true")]
    [InlineData("Storage:Provider", "Sqlite")]
    [InlineData("Storage:ConnectionString", "***")]
    [InlineData("Cluster:Hostname", "127.0.0.1")]
    [InlineData("Tracing:Ratio", "0")]
    [InlineData("Files:Folder", "data/files")]
    [InlineData("Redis:ConnectionString", "")]
    [InlineData("Cluster:SeedNodes", "")]
    public void What_is_set_to_nothing_is_not_set_and_the_default_that_counts_is_shown(string key, string value) =>
        Assert.Contains($"Chat:{key} = {value} (default)", Print($"--Chat:{key}="));

    [Fact]
    public void What_is_set_to_nothing_hides_nothing_and_need_not_be_known_and_of_the_web_port_it_means_off()
    {
        var configuration = new ConfigurationBuilder().AddCommandLine(["--Chat:Port=7000", "--Chat:WebPort=9000"])
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Chat:Port"] = "", ["Chat:Api:Keys:0"] = "", ["Chat:Auth:Issuers:0:Name"] = "", ["Chat:Prot"] = "", ["Chat:WebPort"] = "" }).Build();
        var lines = SettingsPrint.Lines(configuration).ToList();
        Assert.Contains("Chat:Port = 7000 (command line)", lines);
        Assert.Contains("Chat:WebPort =  (MemoryConfigurationProvider)", lines);
        var settings = ChatSettings.Read(configuration);
        Assert.Equal((7000, null, 0, 0), (settings.Port, settings.Web.Port, settings.Api.Keys.Count, settings.Issuers.Count));
    }

    [Fact]
    public void Levels_of_the_log_are_told_too() =>
        Assert.Contains("Logging:LogLevel:Chat.Node = Debug (command line)", Print("--Logging:LogLevel:Chat.Node=Debug"));

    [Fact]
    public void What_stands_behind_the_question_mark_of_an_address_is_hidden()
    {
        var lines = Print(
            $"--Chat:Hooks:BeforeMessage=https://h/hook?key={Marker}", "--Chat:Hooks:OnFailure=deny",
            "--Chat:Auth:Issuers:0:Name=shop", "--Chat:Auth:Issuers:0:Audience=chat", $"--Chat:Auth:Issuers:0:Jwks=https://h/keys?key={Marker}");
        Assert.Contains("Chat:Hooks:BeforeMessage = https://h/hook?*** (command line)", lines);
        Assert.Contains("Chat:Auth:Issuers:0:Jwks = https://h/keys?*** (command line)", lines);
        Assert.All(lines, line => Assert.DoesNotContain(Marker, line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://u:SECRET@h:1/a/b?k=SECRET", "https://***@h:1/a/b?***")]
    [InlineData("https://u:SEC@RET@h/", "https://***@h/")]
    [InlineData("https:u:SECRET@h", "https:***@h")]
    [InlineData("https://u:SEC/RET@h/", "https://***@h/")]
    [InlineData("https://u:SEC#RET@h/", "https://***@h/")]
    [InlineData("https://u:SEC?RET@h/a?b", "https://***@h/a?***")]
    [InlineData("//u:SECRET@h/", "//***@h/")]
    [InlineData("my_host:SECRET@h", "my_host:***@h")]
    [InlineData(@"C:\certs\a#1\x.pem", @"C:\certs\a#1\x.pem")]
    [InlineData("Greeting: what? yes", "Greeting: what? yes")]
    [InlineData("u:SECRET@h", "u:***@h")]
    [InlineData("https://h/a#SECRET", "https://h/a?***")]
    [InlineData("a:4053,b:4053", "a:4053,b:4053")]
    [InlineData("http://h:1/a", "http://h:1/a")]
    [InlineData("::1", "::1")]
    [InlineData("", "")]
    public void Of_an_address_neither_user_and_password_nor_the_query_are_shown(string address, string shown) => Assert.Equal(shown, AddressMask.Of(address));

    [Theory]
    [InlineData("Chat:WebPublicUrl")]
    [InlineData("Chat:Files:S3:Endpoint", "--Chat:Files:Store=s3")]
    [InlineData("Chat:WebOrigins")]
    [InlineData("Chat:Hooks:BeforeMessage", "--Chat:Hooks:OnFailure=deny")]
    [InlineData("Chat:Auth:Issuers:0:Jwks", "--Chat:Auth:Issuers:0:Name=shop", "--Chat:Auth:Issuers:0:Audience=chat")]
    public void What_stops_the_start_repeats_no_password_of_an_address(string key, params string[] others)
    {
        var refused = Assert.Throws<SettingsException>(() => Print([$"--{key}=https://user:{Marker}@h/a?b={Marker}", .. others]));
        Assert.StartsWith(key, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Marker, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_the_settings_again_watches_no_file() => Assert.All(
        ChatHost.ReadAgain(["--Chat:Port=1"]).Providers.OfType<Microsoft.Extensions.Configuration.Json.JsonConfigurationProvider>(), file => Assert.False(file.Source.ReloadOnChange));

    [Fact]
    public void What_would_stop_the_start_is_said_instead() =>
        Assert.Contains("Chat:Port is \"many\"", Assert.Throws<SettingsException>(() => Print("--Chat:Port=many")).Message, StringComparison.Ordinal);

    static List<string> Print(params string[] args) => [.. SettingsPrint.Lines(new ConfigurationBuilder().AddCommandLine(args).Build())];
}
