namespace Chat.Ctl.Backups;

/// <summary>The changes of the schema: those that this version knows, and those that a database has had. Pure.</summary>
static class SchemaScripts
{
    /// <summary>The end of the name of one that older nodes can live with.</summary>
    const string Additive = ".additive.sql";

    /// <summary>Of this version, in their order.</summary>
    /// <param name="kind"><c>sqlite</c> or <c>mysql</c>.</param>
    public static IReadOnlyList<string> Known(string kind) =>
        [.. typeof(SchemaScripts).Assembly.GetManifestResourceNames().Where(name => name.StartsWith($"sql.{kind}.", StringComparison.Ordinal)).Select(NameOf).Order(StringComparer.Ordinal)];

    /// <summary>The file's name, whatever a version has put before it.</summary>
    public static string NameOf(string script)
    {
        var parts = script.Split('.');
        var at = Array.FindLastIndex(parts, part => part is "sqlite" or "mysql");
        return string.Join('.', parts[(at + 1)..]);
    }

    /// <summary>Says what does not fit.</summary>
    /// <param name="known">Of this version.</param>
    /// <param name="applied">Of the database.</param>
    /// <param name="findings">Where it is said.</param>
    public static void Compare(IReadOnlyCollection<string> known, IReadOnlyCollection<string> applied, BackupFindings findings)
    {
        foreach (var script in applied.Except(known, StringComparer.Ordinal))
        {
            if (script.EndsWith(Additive, StringComparison.Ordinal))
                findings.Notes.Add($"a newer version has been here ({script}); nodes of this version start on it all the same");
            else
                findings.Add("schema-too-new", "the schema is newer than this version: its nodes do not start on it", script);
        }

        var missing = known.Except(applied, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            findings.Notes.Add($"the schema is older: a node of this version changes it at its start ({string.Join(", ", missing)})");
    }
}
