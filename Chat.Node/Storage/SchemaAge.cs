namespace Chat.Node.Storage;

/// <summary>The schema has had scripts that this program does not have: a newer version has been here.</summary>
sealed class SchemaTooNewException(string message) : Exception(message);

/// <summary>
/// What a program may do with a schema that a newer one has changed. Pure. A script says by its name that older programs can live with it,
/// so that they may start beside newer ones in a rolling upgrade; any other keeps them from starting.
/// </summary>
static class SchemaAge
{
    /// <summary>The end of the name of a script that only adds what older programs need not know.</summary>
    public const string Additive = ".additive.sql";

    const string MakesTable = "CREATE TABLE IF NOT EXISTS ";

    /// <param name="database">What it is, for people to read.</param>
    /// <param name="applied">The scripts that it has had, by name, whatever a newer version calls its own.</param>
    /// <param name="known">The scripts of this program.</param>
    /// <param name="kind">What the names of scripts for this kind of database have in them; what is before it is left out for people.</param>
    /// <exception cref="SchemaTooNewException">One of them is unknown, and is not additive.</exception>
    public static void Check(string database, IEnumerable<string> applied, IEnumerable<string> known, string kind)
    {
        var unknown = applied.Except(known, StringComparer.Ordinal)
            .Where(script => !script.EndsWith(Additive, StringComparison.Ordinal))
            .Select(script => script.Contains(kind, StringComparison.Ordinal) ? script[(script.IndexOf(kind, StringComparison.Ordinal) + kind.Length)..] : script)
            .ToList();
        if (unknown.Count > 0)
            throw new SchemaTooNewException(
                $"the schema of {database} is newer than this program, it has had {string.Join(", ", unknown)}: start the version that made it, or restore a backup");
    }

    /// <summary>Why the scripts were not all applied.</summary>
    /// <param name="database">Where.</param>
    /// <param name="script">The one that failed; null if it came to none.</param>
    /// <param name="cause">What happened.</param>
    public static string Describe(string database, string? script, Exception cause) =>
        $"{database} cannot be the database (Chat:Storage:ConnectionString): {(script is null ? "its schema could not be read" : $"the schema script {script} failed")}: {cause.Message}";

    /// <summary>The scripts of this program for a kind of database.</summary>
    public static IEnumerable<string> Known(string kind) =>
        typeof(SchemaAge).Assembly.GetManifestResourceNames().Where(name => name.Contains(kind, StringComparison.Ordinal));

    /// <summary>The tables that these scripts make.</summary>
    public static IReadOnlyList<string> Tables(string kind) =>
        [.. Known(kind).SelectMany(ScriptLines).Where(line => line.StartsWith(MakesTable, StringComparison.Ordinal)).Select(line => line[MakesTable.Length..].Split(' ')[0]).Distinct()];

    static IEnumerable<string> ScriptLines(string script)
    {
        using var reader = new StreamReader(typeof(SchemaAge).Assembly.GetManifestResourceStream(script)!);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
