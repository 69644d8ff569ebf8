using System.Text.RegularExpressions;
using Chat.Tests.Support;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Chat.SystemTests.Deployment;

/// <summary><c>docker-compose.yml</c>, as far as it is used here: a key that is not in these types fails.</summary>
sealed partial class ComposeFile
{
    public Dictionary<string, ComposeService> Services { get; set; } = [];

    public Dictionary<string, object?> Volumes { get; set; } = [];

    [YamlMember(Alias = "x-node", ApplyNamingConventions = false)]
    public object? Node { get; set; }

    [YamlMember(Alias = "x-settings", ApplyNamingConventions = false)]
    public object? Settings { get; set; }

    /// <summary>With the merges of YAML and the variables of Compose put in.</summary>
    public static ComposeFile Read(string text)
    {
        var deserializer = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).WithDuplicateKeyChecking().Build();
        return deserializer.Deserialize<ComposeFile>(new MergingParser(new Parser(new StringReader(text))));
    }

    public static ComposeFile OfTheProject() => Read(Variable().Replace(Repository.Read("docker-compose.yml"), "from-outside").Replace("$$", "$", StringComparison.Ordinal));

    [GeneratedRegex(@"(?<!\$)\$\{CHAT_DATABASE_PASSWORD:\?[^}]*\}", RegexOptions.None, 5000)]
    private static partial Regex Variable();
}

/// <summary>A service of it.</summary>
sealed class ComposeService
{
    public string Image { get; set; } = "";

    public string? Build { get; set; }

    public string? PullPolicy { get; set; }

    public List<string> Profiles { get; set; } = [];

    public string? Restart { get; set; }

    public string? StopGracePeriod { get; set; }

    public string? StopSignal { get; set; }

    public object? DependsOn { get; set; }

    public Dictionary<string, string> Environment { get; set; } = [];

    public List<string> Ports { get; set; } = [];

    public List<string> Volumes { get; set; } = [];

    public Dictionary<string, int> Ulimits { get; set; } = [];

    public Dictionary<string, string> Sysctls { get; set; } = [];

    public ComposeHealthcheck? Healthcheck { get; set; }
}

/// <summary>How Docker asks a service whether it works.</summary>
sealed class ComposeHealthcheck
{
    public List<string> Test { get; set; } = [];

    public string? Interval { get; set; }

    public string? Timeout { get; set; }

    public int Retries { get; set; }

    public string? StartPeriod { get; set; }
}
