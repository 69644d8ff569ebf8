using System.Text.RegularExpressions;
using Chat.Tests.Support;

namespace Chat.Tests.Architecture;

/// <summary>A string literal of the sources that holds SQL.</summary>
sealed record SqlLiteral(string File, string Source, int End, string Text, bool IsInterpolated);

/// <summary>Finds the SQL in the sources, and judges what is put into it.</summary>
static class SqlLiterals
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly Regex Start = new(
        @"^\s*(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|ALTER|DROP|REPLACE|WITH)\s",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline, TimeSpan.FromSeconds(5));

    /// <summary>Raw, verbatim and plain string literals, with the dollars that make them interpolated.</summary>
    static readonly Regex Literal = new(
        """(?<dollar>\$*)(?:(?<quotes>"{3,})(?<text>.*?)\k<quotes>|@"(?<text>(?:[^"]|"")*)"|"(?<text>(?:[^"\\\n]|\\.)*)")""",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline, TimeSpan.FromSeconds(5));

    static readonly Regex Hole = new(
        @"\{(?<name>[^{}]*)\}",
        RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    public static IEnumerable<SqlLiteral> In(string file, string source) => Literal.Matches(source)
        .Where(literal => Start.IsMatch(literal.Groups["text"].Value))
        .Select(literal => new SqlLiteral(
            file, source, literal.Index + literal.Length, literal.Groups["text"].Value, literal.Groups["dollar"].Length > 0));

    public static IEnumerable<SqlLiteral> OfTheNode() =>
        Repository.Sources("Chat.Node").SelectMany(file => In(file, Repository.Read(file)));

    /// <summary>What is interpolated and is not known to be a constant.</summary>
    public static IEnumerable<string> SuspectHoles(SqlLiteral sql) => !sql.IsInterpolated
        ? []
        : Hole.Matches(sql.Text).Select(hole => hole.Groups["name"].Value).Where(name => !IsConstant(sql.Source, name))
            .Select(name => $"{sql.File}: {{{name}}} in {sql.Text.Trim().Split('\n')[0]}");

    /// <summary>Whether something else than a literal is added behind it.</summary>
    public static bool IsContinued(SqlLiteral sql)
    {
        var behind = sql.Source[sql.End..].TrimStart();
        return behind.StartsWith('+') && !behind[1..].TrimStart().StartsWith('"');
    }

    /// <summary>The statements that a literal can become: one, or one for each text that is put into it.</summary>
    public static IEnumerable<string> Statements(SqlLiteral sql) => !sql.IsInterpolated || Hole.Match(sql.Text) is not { Success: true } hole
        ? [sql.Text]
        : (Arguments(sql.Source, hole.Groups["name"].Value) ?? []).Select(argument => sql.Text.Replace(hole.Value, argument.Trim('"'), StringComparison.Ordinal))
            .SelectMany(text => Statements(sql with { Text = text }));

    /// <summary>A constant of the file, or a parameter for which every call in the file gives a literal.</summary>
    static bool IsConstant(string source, string name)
    {
        if (!Regex.IsMatch(name, @"^\w+$", RegexOptions.None, Patience))
            return false;
        if (Regex.IsMatch(source, $@"\bconst\s+\w+\s+{name}\b", RegexOptions.None, Patience))
            return true;
        return Arguments(source, name) is { Count: > 0 } arguments
            && arguments.TrueForAll(argument => argument.StartsWith('"') && argument.EndsWith('"'));
    }

    /// <summary>What the calls in the file give for a parameter; null if no method of the file has it.</summary>
    static List<string>? Arguments(string source, string name)
    {
        var declaration = Regex.Match(source, $@"\b(?<method>\w+)\((?<before>[^()]*)\bstring {name}\b", RegexOptions.None, Patience);
        if (!declaration.Success)
            return null;
        var position = declaration.Groups["before"].Value.Count(character => character == ',');
        return Regex.Matches(source, $@"(?<![.\w]){declaration.Groups["method"].Value}\((?<arguments>[^()]*)\)", RegexOptions.None, Patience)
            .Where(call => !call.Groups["arguments"].Value.Contains($"string {name}", StringComparison.Ordinal))
            .Select(call => call.Groups["arguments"].Value.Split(',').ElementAtOrDefault(position)?.Trim() ?? "")
            .Where(argument => !argument.Contains(' ', StringComparison.Ordinal) || argument[0] == '"') // not another overload's declaration
            .ToList();
    }
}
