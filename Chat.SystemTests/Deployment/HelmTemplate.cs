using System.Text.RegularExpressions;
using Xunit;
using YamlDotNet.Serialization;

namespace Chat.SystemTests.Deployment;

/// <summary>As much of Helm as the chart uses: values, loops over a number or a map, and quotes. Everything else fails.</summary>
/// <param name="release">The name of the release.</param>
/// <param name="values"><c>values.yaml</c>.</param>
sealed partial class HelmTemplate(string release, string values)
{
    readonly Dictionary<object, object> _values = new Deserializer().Deserialize<Dictionary<object, object>>(values);

    /// <summary>The variables that the chart gives to nodes.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings => [.. Map("settings").Select(each => KeyValuePair.Create((string)each.Key, (string)each.Value))];

    public string Render(string template)
    {
        var unrolled = Loop().Replace(template, loop => string.Concat(RoundsOf(loop).Select(round => round.Aggregate(
            loop.Groups["body"].Value, (body, variable) => Expression().Replace(body, use => use.Groups["path"].Value == variable.Key ? Written(use, variable.Value) : use.Value)))));
        var rendered = Expression().Replace(unrolled, use => Written(use, ValueOf(use.Groups["path"].Value)));
        Assert.DoesNotContain("{{", rendered, StringComparison.Ordinal);
        return rendered;
    }

    IEnumerable<Dictionary<string, string>> RoundsOf(Match loop)
    {
        var variables = loop.Groups["variables"].Value.Split(", ");
        var source = loop.Groups["source"].Value;
        if (Number().Match(source) is { Success: true } number)
            return Enumerable.Range(0, int.Parse(ValueOf(number.Groups["path"].Value))).Select(at => new Dictionary<string, string> { [variables[0]] = $"{at}" });
        Assert.StartsWith(".Values.", source, StringComparison.Ordinal);
        return Map(source[".Values.".Length..]).OrderBy(each => (string)each.Key, StringComparer.Ordinal)
            .Select(each => new Dictionary<string, string> { [variables[0]] = (string)each.Key, [variables[1]] = (string)each.Value });
    }

    Dictionary<object, object> Map(string name) => Assert.IsType<Dictionary<object, object>>(_values[name]);

    string ValueOf(string path)
    {
        if (path is ".Release.Name" or "$.Release.Name")
            return release;
        Assert.StartsWith(".Values.", path, StringComparison.Ordinal);
        object value = _values;
        foreach (var name in path[".Values.".Length..].Split('.'))
        {
            var map = Assert.IsType<Dictionary<object, object>>(value);
            Assert.True(map.ContainsKey(name), $"values.yaml has no {path}");
            value = map[name];
        }

        return Assert.IsType<string>(value);
    }

    static string Written(Match use, string value) => use.Groups["quote"].Success ? $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : value;

    [GeneratedRegex(@"\s*\{\{- range (?<variables>[$\w, ]+) := (?<source>[^}]+) \}\}(?<body>.*?)\s*\{\{- end \}\}", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 5000)]
    private static partial Regex Loop();

    [GeneratedRegex(@"^until \(int (?<path>[.\w]+)\)$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Number();

    [GeneratedRegex(@"\{\{ (?<path>[$.\w]+)(?<quote> \| quote)? \}\}", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Expression();
}
