using System.Text.RegularExpressions;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>No thread of the pool waits for a task: with as many threads as cores that stops the node.</summary>
public sealed class BlockingTests
{
    /// <summary>Where a thread may wait, and why.</summary>
    static readonly Dictionary<string, string> Waits = new()
    {
        ["Chat.Node/Storage/Sqlite/SqliteWorker.cs"] = "a thread of its own: SQLite is synchronous, and its tasks have always ended",
        ["Chat.Node/People/PasswordWorker.cs"] = "threads of their own, which wait for work",
    };

    /// <summary>A Result is judged by the name in front of it, because the scan knows no types: other things have one too.</summary>
    static readonly Regex Wait = new(
        @"\.Wait\(\)|\.GetResult\(\)|\bTask\.Wait(All|Any)\b|(?<!\w)\w*([tT]ask|[wW]ait|Async\([^()]*\))\.Result\b",
        RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    [Fact]
    public void Nothing_waits_for_a_task_but_where_it_is_listed()
    {
        var found = new[] { "Chat.Protocol", "Chat.Node", "Chat.Sdk", "Chat.Client", "Chat.Ctl" }.SelectMany(Repository.Sources)
            .Where(file => Repository.Read(file).Split('\n').Any(IsForbidden));
        Assert.Equal(Waits.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("task.Wait();", true)]
    [InlineData("var x = loadTask.Result;", true)]
    [InlineData("var x = LoadAsync(7).Result;", true)]
    [InlineData("var x = LoadAsync(7).GetAwaiter().GetResult();", true)]
    [InlineData("_attaching?.Result.Account", false)]
    [InlineData("// never task.Wait()", false)]
    public void The_scan_finds_what_it_forbids(string line, bool isForbidden) => Assert.Equal(isForbidden, IsForbidden(line));

    static bool IsForbidden(string line) => Wait.IsMatch(line.Split("//")[0]);
}
