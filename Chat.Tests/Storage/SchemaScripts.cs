using System.Text.RegularExpressions;
using Chat.Node.Storage.MySql;
using Dapper;
using MySqlConnector;

namespace Chat.Tests.Storage;

/// <summary>The scripts of <c>sql/mysql</c> in their single statements, and what a database looks like afterwards.</summary>
static class SchemaScripts
{
    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NamesOf("mysql")];

    /// <summary>All statements of all scripts, in order.</summary>
    public static IReadOnlyList<string> Statements { get; } = [.. Names.Select(Text).SelectMany(Split)];

    /// <summary>How many statements may have been run when something of the database has just been changed; and none at all.</summary>
    public static IReadOnlyList<int> Boundaries { get; } =
        [0, .. Enumerable.Range(1, Statements.Count).Where(count => IsChange(Statements[count - 1]))];

    /// <summary>
    /// Those of the boundaries that are within scripts which touch a table that was there before; of the others one of so many parts: what such scripts do has nothing to
    /// do with what was there.
    /// </summary>
    /// <param name="tables">The tables that were there.</param>
    /// <param name="part">Which part, from 0.</param>
    /// <param name="parts">How many there are.</param>
    public static IEnumerable<int> BoundariesWith(IReadOnlyCollection<string> tables, int part, int parts)
    {
        var (end, touching) = (0, new HashSet<int> { 0 });
        foreach (var statements in Names.Select(name => Split(Text(name)).ToList()))
        {
            if (statements.Exists(statement => tables.Any(table => Regex.IsMatch(statement, $@"\b{table}\b", RegexOptions.None, TimeSpan.FromSeconds(5)))))
                touching.UnionWith(Enumerable.Range(end + 1, statements.Count));
            end += statements.Count;
        }

        return Boundaries.Where((boundary, i) => touching.Contains(boundary) || i % parts == part);
    }

    public static async Task RunFirstAsync(MySqlConnection connection, int count)
    {
        foreach (var statement in Statements.Take(count))
            await connection.ExecuteAsync(statement);
    }

    /// <summary>Every table, column and index with all that makes it what it is.</summary>
    public static async Task<List<string>> DescribeAsync(MySqlConnection connection) => (await connection.QueryAsync<string>(
        """
        SELECT CONCAT_WS('|', TABLE_NAME, ENGINE, TABLE_COLLATION) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
        UNION ALL
        SELECT CONCAT_WS('|', TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COALESCE(COLUMN_DEFAULT, '-'),
            CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_KEY, EXTRA, GENERATION_EXPRESSION)
        FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
        UNION ALL
        SELECT CONCAT_WS('|', TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE)
        FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()
        ORDER BY 1
        """)).AsList();

    static bool IsChange(string statement) =>
        statement.StartsWith("CREATE", StringComparison.Ordinal) || statement.StartsWith("ALTER", StringComparison.Ordinal)
        || statement.StartsWith("EXECUTE", StringComparison.Ordinal);

    /// <summary>The names of the scripts of a kind of database.</summary>
    public static IEnumerable<string> NamesOf(string kind) => typeof(MySqlDatabase).Assembly.GetManifestResourceNames()
        .Where(name => name.Contains($".sql.{kind}.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    static string Text(string name)
    {
        using var reader = new StreamReader(typeof(MySqlDatabase).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    static IEnumerable<string> Split(string script) =>
        string.Join('\n', script.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal)))
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
