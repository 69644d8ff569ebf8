using Chat.Node.Hosting;
using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class HostSettingsTests
{
    [Theory]
    [InlineData("Logging:LogLevel:Default", "Bogus")]
    [InlineData("Logging:LogLevel:Chat.Node", "7")]
    [InlineData("Logging:Console:LogLevel:Default", "Verbose")]
    public void A_wrong_level_of_the_log_is_named_with_its_key(string key, string value) =>
        Assert.StartsWith($"{key} is \"{value}\": expected is one of Trace, ", Refusal(key, value), StringComparison.Ordinal);

    [Theory]
    [InlineData("Logging:LogLevels:Default", "Debug")]
    [InlineData("Logging:LogLevel", "Debug")]
    [InlineData("Logging:Console:FormatterName", "json")]
    [InlineData("Logging:Console:MaxQueueLength", "abc")]
    [InlineData("Logging:Debug:LogLevel:Default", "Debug")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://localhost:1")]
    [InlineData("Kestrel:Certificates:Default:Path", "a.pfx")]
    [InlineData("AllowedHosts", "example.org")]
    public void What_has_no_effect_or_none_that_a_node_has_a_use_for_is_named(string key, string value) =>
        Assert.StartsWith($"{key} is not a setting", Refusal(key, value), StringComparison.Ordinal);

    [Theory]
    [InlineData("Logging:LogLevel:Default", "debug")]
    [InlineData("logging:loglevel:Microsoft.AspNetCore", "None")]
    [InlineData("Logging:Console:LogLevel:Default", "Warning")]
    [InlineData("Logging:Console:FormatterName", "")]
    [InlineData("PATH", "/bin")]
    [InlineData("URLS", "http://+:8080")]
    public void What_is_right_or_of_somebody_else_is_none_of_our_business(string key, string value) => HostSettings.Check(Of(key, value));

    [Theory]
    [InlineData("--Logging:LogLevel:Default=Trace")]
    [InlineData("--Logging:LogLevel:Microsoft.AspNetCore=Information")]
    [InlineData("--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Trace")]
    [InlineData("--Logging:Console:LogLevel:Default=Trace")]
    [InlineData("--Logging:Console:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Information")]
    public async Task Addresses_of_requests_are_never_logged(string setting)
    {
        await using var host = ChatHost.Build([setting]);
        var loggers = host.Services.GetRequiredService<ILoggerFactory>();
        Assert.False(loggers.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Information));
        Assert.True(loggers.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Warning));
    }

    [Fact]
    public void An_unknown_part_of_the_file_is_named()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("chat-settings-").FullName, "appsettings.json");
        try
        {
            File.WriteAllText(path, """{ "$schema": "s", "Chat": { "Port": 1 }, "Logging": { "LogLevel": { "Default": "Warning" } } }""");
            HostSettings.Check(new ConfigurationBuilder().AddJsonFile(path).Build());
            File.WriteAllText(path, """{ "$schema": "s", "Caht": { "Port": 1 } }""");
            var refusal = Assert.Throws<SettingsException>(() => HostSettings.Check(new ConfigurationBuilder().AddJsonFile(path).Build()));
            Assert.StartsWith("Caht in appsettings.json is not a setting", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Theory]
    [InlineData("\"Port\" is not a setting", "--Port=6001")]
    [InlineData("\"urls\" is not a setting", "--urls=http://localhost:1")]
    [InlineData("\"help\" is not a setting", "help")]
    [InlineData("\"help\" is not a setting", "--help")]
    [InlineData("\"-Chat:Port\" is not a setting", "-Chat:Port=1")]
    [InlineData("\"\" is not a setting", "--=1")]
    [InlineData("Chat:ProxyProtocol has no value", "--Chat:Port", "6001", "--Chat:ProxyProtocol")]
    [InlineData("Chat:Port has no value", "Chat:Port")]
    public void A_part_of_the_command_line_that_would_be_passed_over_is_named(string expected, params string[] args) =>
        Assert.StartsWith(expected, Assert.Throws<SettingsException>(() => HostSettings.CheckCommandLine(args)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--Chat:Port=6001", "--chat:tlsport", "6443", "Chat:HttpPort=0", "--Logging:LogLevel:Default=Debug", "--Chat:Certificate=")]
    [InlineData]
    public void What_is_understood_is_let_through(params string[] args) => HostSettings.CheckCommandLine(args);

    static IConfigurationRoot Of(string key, string value) => new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

    static string Refusal(string key, string value) => Assert.Throws<SettingsException>(() => HostSettings.Check(Of(key, value))).Message;
}
