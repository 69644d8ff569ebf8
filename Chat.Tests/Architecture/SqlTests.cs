using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>What goes into a statement is a parameter; only constants of the same file may be interpolated.</summary>
public sealed class SqlTests
{
    [Fact]
    public void Sql_is_made_of_constants_only() => Assert.Empty(SqlLiterals.OfTheNode().SelectMany(SqlLiterals.SuspectHoles));

    [Fact]
    public void Sql_is_not_put_together_from_variables() => Assert.Empty(SqlLiterals.OfTheNode().Where(SqlLiterals.IsContinued).Select(sql => sql.File));

    [Fact]
    public void The_scan_sees_the_statements() => Assert.True(SqlLiterals.OfTheNode().Count() > 30);

    [Theory]
    [InlineData("""Run($"SELECT 1 WHERE x = {name}");""", true)]
    [InlineData("""Task Find(string name) => Run($"SELECT 1 WHERE x = {name}"); Find(given);""", true)]
    [InlineData("""Task Find(string name) => Run($"SELECT 1 WHERE x = {name}"); Find("x"); Find(given);""", true)]
    [InlineData("""Task Find(int id, string name) => Run($"SELECT 1 WHERE {name}"); Find(id, "x = 1"); Find(7, "y > 2");""", false)]
    [InlineData("""const int Max = 5; Run($"SELECT 1 LIMIT {Max}");""", false)]
    [InlineData("""Run($"SELECT 1 LIMIT {row.Count}");""", true)]
    [InlineData("""Run($"selected {name}");""", false)]
    public void The_scan_finds_what_is_interpolated(string source, bool isSuspect) =>
        Assert.Equal(isSuspect, SqlLiterals.In("x.cs", source).SelectMany(SqlLiterals.SuspectHoles).Any());

    [Theory]
    [InlineData("""Run("SELECT 1 WHERE x = " + name);""", true)]
    [InlineData("""Run("SELECT 1 " + "WHERE x = 1");""", false)]
    public void The_scan_finds_what_is_added(string source, bool isSuspect) =>
        Assert.Equal(isSuspect, SqlLiterals.In("x.cs", source).Any(SqlLiterals.IsContinued));
}
