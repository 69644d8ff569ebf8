using System.Text;
using Chat.Checker.Processes;
using Chat.Node.Storage;
using Dapper;
using Xunit;

namespace Chat.SystemTests.Storage;

/// <summary>
/// What we take for the database's gbk is that, code for code and character for character. Else a name that we write would be
/// another one for legacy servers, or none.
/// </summary>
public sealed class GbkTests
{
    const string Nothing = "?";

    [Fact]
    public async Task Every_code_means_the_same()
    {
        // A byte that is no first half stands alone, and so does its neighbour.
        var codes = Enumerable.Range(0x80, 0x80).SelectMany(first => Enumerable.Range(0x21, 0xDF).Select(second => new[] { (byte)first, (byte)second }));
        await AssertSameAsync(
            codes, code => $"CONVERT(CAST(x'{Convert.ToHexString(code)}' AS CHAR CHARACTER SET gbk) USING utf8mb4)",
            code => LegacyText.FromGbk(code) ?? Nothing);
    }

    [Fact]
    public async Task Every_character_has_the_same_code()
    {
        var characters = Enumerable.Range(0x80, 0xFFFE - 0x80).Where(code => !char.IsSurrogate((char)code)).Select(code => $"{(char)code}");
        await AssertSameAsync(
            characters, text => $"HEX(CONVERT(_utf8mb4 x'{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}' USING gbk))",
            text => LegacyText.ToGbk(text) is { } bytes ? Convert.ToHexString(bytes) : Convert.ToHexString("?"u8));
    }

    static async Task AssertSameAsync<T>(IEnumerable<T> all, Func<T, string> expression, Func<T, string> ours)
    {
        var server = await MariaDbServer.SharedAsync();
        await using var connection = await server.OpenAsync();
        var differences = new List<string>();
        foreach (var some in all.Chunk(1000))
        {
            var list = string.Join(',', some.Select(one => $"COALESCE({expression(one)}, '{Nothing}')"));
            var theirs = (await connection.ExecuteScalarAsync<string>($"SELECT CONCAT_WS('\n', {list})"))!.Split('\n');
            Assert.Equal(some.Length, theirs.Length);
            foreach (var (one, their) in some.Zip(theirs))
            {
                var our = ours(one);
                if (their != our && !(our == Nothing && their.Contains(Nothing, StringComparison.Ordinal)))
                    differences.Add($"{expression(one)}: {their}, not {our}");
            }
        }

        Assert.Equal("", string.Join('\n', differences));
    }
}
