using System.Text;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>The file of settings that an upgrade does not touch: what it wins over, and what is wrong with it.</summary>
public sealed class SettingsFileTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly ConfigurationManager _configuration = new();

    public void Dispose()
    {
        _configuration.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void It_wins_over_the_file_of_the_program_and_what_a_process_is_started_with_wins_over_it()
    {
        _configuration.AddJsonFile(Write("appsettings.json", """{"Chat":{"Port":"1","HttpPort":"1","WebPort":"1"}}"""));
        _configuration.AddInMemoryCollection([new("Chat:WebPort", "3")]);
        _configuration.AddSettingsFile(Write("settings.json", """
            {
              // operators may say why
              "Chat": { "HttpPort": 2, "WebPort": 2, },
            }
            """));
        Assert.Equal(("1", "2", "3"), (_configuration["Chat:Port"], _configuration["Chat:HttpPort"], _configuration["Chat:WebPort"]));
        Assert.Equal("settings.json", SettingsPrint.SourceOf(_configuration, "Chat:HttpPort"));
    }

    [Fact]
    public void What_is_no_setting_in_it_is_refused_by_its_name()
    {
        _configuration.AddSettingsFile(Write("settings.json", """{"Kestrel":{}, "Nonsense":{"A":1}}"""));
        var refusal = Assert.Throws<SettingsException>(() => HostSettings.Check(_configuration));
        Assert.Contains("settings.json is not a setting", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_named_has_to_be_there_and_to_be_understood()
    {
        Assert.Throws<FileNotFoundException>(() => _configuration.AddSettingsFile(Path.Combine(_folder.Path, "absent.json")));
        using var other = new ConfigurationManager();
        Assert.Throws<InvalidDataException>(() => other.AddSettingsFile(Write("broken.json", "{")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void None_is_named(string? path)
    {
        _configuration.AddSettingsFile(path);
        Assert.DoesNotContain(((IConfigurationBuilder)_configuration).Sources, source => source is JsonConfigurationSource);
    }

    string Write(string name, string json)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, json, Encoding.UTF8);
        return path;
    }
}
