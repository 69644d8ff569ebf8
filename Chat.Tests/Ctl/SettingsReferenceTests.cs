using System.Text.RegularExpressions;
using Chat.Ctl;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Ctl;

/// <summary>What chatctl says of settings is what a node reads, and what docs/OPERATIONS.md lists.</summary>
public sealed partial class SettingsReferenceTests
{
    const string Prefix = "Chat:";
    const string FirstKey = "Chat:Api:Keys:0";

    /// <summary>No setting takes it, unless it takes every text.</summary>
    const string Wrong = "\0 wrong=";

    /// <summary>What makes a node read entries of lists too.</summary>
    static readonly Dictionary<string, string?> Base = new()
    {
        ["Chat:Auth:Issuers:0:Name"] = "shop",
        ["Chat:Auth:Issuers:0:Audience"] = "chat",
        ["Chat:Auth:Issuers:0:Secret"] = new string('x', 32),
        [FirstKey] = new string('x', 32),
    };

    static IEnumerable<Setting> OfNode => SettingsReference.All.Where(setting => setting.Name.StartsWith(Prefix, StringComparison.Ordinal));

    [Fact]
    public void Every_setting_that_a_node_reads_is_described_and_no_other() => Assert.Equal(
        Read().Known.Keys.Select(key => Prefix + key).Select(key => key == FirstKey ? "Chat:Api:Keys" : key).Order(StringComparer.Ordinal),
        OfNode.Select(setting => setting.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Defaults_are_those_in_force()
    {
        var reader = Read();
        Assert.All(OfNode.Where(setting => setting.Needed is null), setting => Assert.Equal((setting.Name, reader.Known[KeyOf(setting)]), (setting.Name, setting.Default)));
        Assert.All(OfNode.Where(setting => setting.Needed is not null), setting => Assert.Equal((setting.Name, ""), (setting.Name, setting.Default)));
    }

    [Fact]
    public void Secrets_are_those_that_a_node_keeps_to_itself()
    {
        var reader = Read();
        Assert.Equal(OfNode.Where(setting => reader.IsSecret(KeyOf(setting))).Select(setting => setting.Name), SettingsReference.All.Where(setting => setting.Secret).Select(setting => setting.Name));
    }

    [Fact]
    public void What_needs_no_restart_is_what_a_node_reads_again() => Assert.Equal(
        SettingsReference.All.Where(setting => SettingsReload.IsReloadable(setting.Name)).Select(setting => setting.Name),
        SettingsReference.All.Where(setting => setting.Reload).Select(setting => setting.Name));

    [Fact]
    public void Kinds_bounds_and_choices_are_those_by_which_a_node_refuses() => Assert.All(SettingsReference.All, setting =>
    {
        var refusal = RefusalOf(setting);
        if (setting.Kind == SettingKind.Text)
            Assert.DoesNotMatch("expected is (an integer|true or false|one of)", refusal);
        else
            Assert.Contains(Expected(setting), refusal, StringComparison.Ordinal);
    });

    [Fact]
    public void Each_is_described_in_one_way() => Assert.All(SettingsReference.All, setting =>
    {
        Assert.Matches(@"^[A-Z][^\n|]{10,180}\.$", setting.About);
        Assert.Equal(setting.Kind is SettingKind.Integer or SettingKind.Secrets, setting.Unit is not null);
        Assert.Equal(setting.Kind == SettingKind.Choice, setting.Choices.Count > 0);
    });

    [Fact]
    public void The_tables_of_the_guide_have_the_same_settings() => Assert.Equal(
        OfNode.Select(setting => setting.Name).Order(StringComparer.Ordinal),
        Rows().SelectMany(row => row.Names).Distinct().Order(StringComparer.Ordinal)); // a table may point to another one

    [Fact]
    public void The_tables_of_the_guide_have_the_same_defaults() => Assert.All(Rows(), row =>
    {
        var defaults = row.Names.Select(name => SettingsReference.All.Single(setting => setting.Name == name).Default).Where(text => text.Length > 0).ToList();
        if (defaults.Count == 0)
            Assert.DoesNotContain('`', row.Default);
        Assert.All(defaults, text => Assert.Contains($"`{text}`", row.Default, StringComparison.OrdinalIgnoreCase));
    });

    [Fact]
    public void The_guide_lists_what_needs_no_restart()
    {
        var guide = Repository.Read("docs/OPERATIONS.md");
        var begin = guide.IndexOf("| in force at once |", StringComparison.Ordinal);
        var table = guide[begin..guide.IndexOf("\n\n", begin, StringComparison.Ordinal)];
        var names = Name().Matches(table).Select(match => match.Groups["name"].Value).Except(["Certificate", "CertificateKey"]);
        Assert.Equal(
            OfNode.Where(setting => setting.Reload).Select(setting => setting.Name.Split(':')[^1]).Order(StringComparer.Ordinal),
            names.Order(StringComparer.Ordinal));
    }

    static SettingsReader Read()
    {
        var configuration = Configuration(Base);
        var reader = SettingsReader.Of(configuration);
        ChatSettings.Read(reader);
        return reader;
    }

    static IConfigurationRoot Configuration(IEnumerable<KeyValuePair<string, string?>> values) => new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    /// <summary>As the reader names it.</summary>
    static string KeyOf(Setting setting) => setting.Kind == SettingKind.Secrets ? FirstKey[Prefix.Length..] : setting.Name[Prefix.Length..];

    /// <summary>What a node says of a value that cannot be; nothing where it takes it.</summary>
    static string RefusalOf(Setting setting)
    {
        var key = setting.Kind == SettingKind.Secrets ? FirstKey : setting.Name;
        var configuration = Configuration(new Dictionary<string, string?>(Base) { [key] = Wrong });
        try
        {
            HostSettings.Check(configuration);
            ChatSettings.Read(configuration);
            return "";
        }
        catch (SettingsException e)
        {
            return e.Message;
        }
    }

    static string Expected(Setting setting) => setting.Kind switch
    {
        SettingKind.Secrets => $"{FirstKey} has {Wrong.Length} characters: at least {setting.Min} are expected",
        SettingKind.Redis => $"{setting.Name} cannot be read: expected is host:port",
        _ => $"{setting.Name} is \"{Wrong}\": expected is " + setting.Kind switch
        {
            SettingKind.Integer => $"an integer from {setting.Min} to {setting.Max}",
            SettingKind.Ratio => "a number from 0 to 1",
            SettingKind.Switch => "true or false",
            SettingKind.Choice => $"one of {string.Join(", ", setting.Choices)}",
            SettingKind.Address => "an IP address",
            SettingKind.Hostname => "the name or the address",
            SettingKind.Addresses => "host:port",
            SettingKind.Networks => "an IP address, or a network",
            SettingKind.Origins => "an origin",
            SettingKind.Url => "an address",
            SettingKind.Folder => "the path of a folder",
            _ => throw new InvalidOperationException($"{setting.Kind} is not checked"),
        },
    };

    static List<(IReadOnlyList<string> Names, string Default)> Rows()
    {
        var rows = new List<(IReadOnlyList<string>, string)>();
        var isTable = false;
        foreach (var line in Repository.Read("docs/OPERATIONS.md").Split('\n'))
        {
            isTable = line.StartsWith("| key | default | meaning |", StringComparison.Ordinal) || (isTable && line.StartsWith('|'));
            if (isTable && line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|') is [_, var names, var fallback, ..])
                rows.Add(([.. FullName().Matches(names).Select(match => match.Value)], fallback));
        }

        return rows;
    }

    [GeneratedRegex("Chat:[A-Za-z0-9:]+", RegexOptions.None, 5000)]
    private static partial Regex FullName();

    [GeneratedRegex("`(Chat:[A-Za-z]+:|Chat:)?(?<name>[A-Za-z]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Name();
}
