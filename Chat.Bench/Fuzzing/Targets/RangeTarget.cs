using System.Globalization;
using System.Text;
using Chat.Node.Files;
using Chat.Protocol;

namespace Chat.Bench.Fuzzing.Targets;

/// <summary>What is asked of a file, and what it is called: the first line is its size, the second the header <c>Range</c>, the third a name, the fourth a type.</summary>
sealed class RangeTarget : FuzzTarget
{
    public override string Name => "ranges";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "100\nbytes=0-9\na.png\nimage/png", "100\nbytes=90-\n..\ntext/plain", "100\nbytes=-10\na b\nx/y", "100\nbytes=100-\n/etc\n", "0\nbytes=0-0\n\n", "100\nbytes=0-1,3-4", "100\nbytes=9-0",
            "9223372036854775807\nbytes=0-9223372036854775807", "9223372036854775807\nbytes=-9223372036854775807", "100\nbytes=-0", "100\nlines=1-2", "1\nbytes=-",
        }.Select(Utf8),
    ];

    public override IReadOnlyList<byte[]> Words { get; } = [Utf8("bytes="), Utf8("-"), Utf8("9223372036854775807"), Utf8("\u0660"), Utf8(" "), Utf8("../")];

    public override string Run(byte[] input)
    {
        var lines = Encoding.UTF8.GetString(input).Split('\n');
        var size = long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 100;
        var header = lines.Length > 1 ? lines[1] : null;
        var isThere = ByteRange.TryRead(header, size, out var range);
        Require(range.From >= 0 && range.Length >= 0 && range.From <= size - range.Length, "a range beyond the file");
        Require(isThere || header is not null, "a whole file that is not there");
        var name = lines.Length > 2 ? FileRule.NameProblem(lines[2]) is { } problem ? problem[..6] : "named" : "";
        var type = lines.Length > 3 && FileRule.TypeProblem(lines[3]) is null ? FileTypes.ToTell(lines[3]) : "";
        Require(type.All(character => character is > ' ' and < '\x7f'), "a type that breaks its header");
        return $"{isThere} {range.From == 0} {range.Length == size} {name} {type.Length > 0}";
    }
}
