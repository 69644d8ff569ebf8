using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>Rules that are about the text of the code: sizes, clocks, waits and SQL.</summary>
public sealed class SourceTests
{
    const int MostLines = 300;

    static readonly string[] Production = ["Chat.Protocol", "Chat.Node", "Chat.Client"];

    /// <summary>Files that may be longer, and why.</summary>
    static readonly Dictionary<string, string> LongFiles = new()
    {
        ["Chat.Node/Gateway/SessionActor.cs"] = "the one list of what a session hears, and its life from beginning to end",
    };

    /// <summary>Where a thread may wait or a clock be read directly, and why.</summary>
    static readonly Dictionary<string, string> Waits = new()
    {
        ["Chat.Node/Storage/Sqlite/SqliteWorker.cs"] = "a thread of its own: SQLite is synchronous, and its tasks have always ended",
        ["Chat.Node/Gateway/PasswordWorker.cs"] = "threads of their own, which wait for work",
    };

    static readonly Regex Wait = new(
        @"\bDateTime(Offset)?\.(Utc)?Now\b|\bThread\.Sleep\b|\bTask\.Delay\b(?!.*\bTimeProvider\b)|\.Wait\(\)|\.GetResult\(\)|\bTask\.Wait(All|Any)\b",
        RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    /// <summary>By name, because the scan knows no types: other things have a Result too.</summary>
    static readonly Regex BlockingResult = new(
        @"(?<!\w)\w*([tT]ask|[wW]ait|Async\([^()]*\))\.Result\b",
        RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    [Fact]
    public void No_file_is_over_300_lines()
    {
        var tooLong = Production.Append("Chat.Tests").SelectMany(Repository.Sources)
            .Where(file => LinesOf(file) > MostLines && !LongFiles.ContainsKey(file));
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Every_exception_is_still_needed()
    {
        Assert.DoesNotContain(LongFiles.Keys, file => LinesOf(file) <= MostLines);
        Assert.DoesNotContain(Waits.Keys, file => !FindWaits(file).Any());
    }

    [Fact]
    public void Nothing_waits_and_nothing_reads_the_wall_clock() =>
        Assert.Empty(Production.SelectMany(Repository.Sources).Where(file => !Waits.ContainsKey(file)).SelectMany(FindWaits));

    [Theory]
    [InlineData("await Task.Delay(5);", true)]
    [InlineData("await Task.Delay(pause, options.TimeProvider, stop);", false)]
    [InlineData("var now = DateTime.UtcNow;", true)]
    [InlineData("var now = DateTimeOffset.Now;", true)]
    [InlineData("task.Wait();", true)]
    [InlineData("var x = loadTask.Result;", true)]
    [InlineData("var x = LoadAsync(7).Result;", true)]
    [InlineData("var x = LoadAsync(7).GetAwaiter().GetResult();", true)]
    [InlineData("var x = clock.GetUtcNow();", false)]
    [InlineData("_attaching?.Result.Account", false)]
    [InlineData("// never Task.Delay here", false)]
    public void The_scan_for_waits_finds_what_it_forbids(string line, bool isForbidden) => Assert.Equal(isForbidden, IsForbidden(line));

    [Fact]
    public void Sql_is_made_of_constants_only() => Assert.Empty(SqlLiterals.OfTheNode().SelectMany(SqlLiterals.SuspectHoles));

    [Fact]
    public void Sql_is_not_put_together_from_variables() => Assert.Empty(SqlLiterals.OfTheNode().Where(SqlLiterals.IsContinued).Select(sql => sql.File));

    [Fact]
    public void The_scan_for_sql_sees_the_statements() => Assert.True(SqlLiterals.OfTheNode().Count() > 30);

    [Theory]
    [InlineData("""Run($"SELECT 1 WHERE x = {name}");""", true)]
    [InlineData("""Task Find(string name) => Run($"SELECT 1 WHERE x = {name}"); Find(given);""", true)]
    [InlineData("""Task Find(string name) => Run($"SELECT 1 WHERE x = {name}"); Find("x"); Find(given);""", true)]
    [InlineData("""Task Find(int id, string name) => Run($"SELECT 1 WHERE {name}"); Find(id, "x = 1"); Find(7, "y > 2");""", false)]
    [InlineData("""const int Most = 5; Run($"SELECT 1 LIMIT {Most}");""", false)]
    [InlineData("""Run($"SELECT 1 LIMIT {row.Count}");""", true)]
    [InlineData("""Run($"selected {name}");""", false)]
    public void The_scan_for_sql_finds_what_it_forbids(string source, bool isSuspect) =>
        Assert.Equal(isSuspect, SqlLiterals.In("x.cs", source).SelectMany(SqlLiterals.SuspectHoles).Any());

    [Theory]
    [InlineData("""Run("SELECT 1 WHERE x = " + name);""", true)]
    [InlineData("""Run("SELECT 1 " + "WHERE x = 1");""", false)]
    public void The_scan_for_sql_finds_what_is_added(string source, bool isSuspect) =>
        Assert.Equal(isSuspect, SqlLiterals.In("x.cs", source).Any(SqlLiterals.IsContinued));

    static int LinesOf(string file) => Repository.Read(file).Count(character => character == '\n');

    static IEnumerable<string> FindWaits(string file) =>
        Repository.Read(file).Split('\n').Select((line, i) => (Line: line, Number: i + 1))
            .Where(each => IsForbidden(each.Line))
            .Select(each => $"{file}:{each.Number} {each.Line.Trim()}");

    static bool IsForbidden(string line)
    {
        var code = line.Split("//")[0];
        return Wait.IsMatch(code) || BlockingResult.IsMatch(code);
    }
}
