using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Chat.Ctl;

/// <summary>Every setting that a node of this version has. The program carries it: whoever asks may have no node yet.</summary>
static partial class SettingsReference
{
    const string Resource = "settings.json";

    /// <summary>Stands for the name of any category of the log.</summary>
    const string Category = ":CATEGORY";

    /// <summary>How settings are written for programs.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>In the order of their meaning.</summary>
    public static IReadOnlyList<Setting> All { get; } = Read();

    /// <summary>The one with this name, whatever its index; else those that have the text in their names; of nothing all.</summary>
    /// <param name="name">As in files (<c>Chat:Port</c>) or in the environment (<c>Chat__Port</c>).</param>
    public static IReadOnlyList<Setting> Find(string? name)
    {
        if (name is null)
            return All;
        var wanted = name.Replace("__", ":", StringComparison.Ordinal);
        var section = Index().Replace(wanted, ":0");
        var list = LastIndex().Replace(section, "");
        var exact = All.Where(setting => Is(setting.Name, section) || Is(setting.Name, list) || IsCategory(setting.Name, wanted)).ToList();
        return exact.Count > 0 ? exact : [.. All.Where(setting => setting.Name.Contains(section, StringComparison.OrdinalIgnoreCase))];
    }

    static bool Is(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    static bool IsCategory(string name, string wanted) => name.EndsWith(Category, StringComparison.Ordinal)
        && wanted.StartsWith(name[..^(Category.Length - 1)], StringComparison.OrdinalIgnoreCase);

    static List<Setting> Read()
    {
        using var stream = typeof(SettingsReference).Assembly.GetManifestResourceStream(Resource)!;
        return JsonSerializer.Deserialize<List<Setting>>(stream, Json)!;
    }

    [GeneratedRegex(":[0-9]+(?=:|$)", RegexOptions.None, 1000)]
    private static partial Regex Index();

    [GeneratedRegex(":0$", RegexOptions.None, 1000)]
    private static partial Regex LastIndex();
}
