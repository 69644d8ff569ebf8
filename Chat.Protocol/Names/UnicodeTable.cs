using System.Globalization;

namespace Chat.Protocol;

/// <summary>
/// What the runtime does not know without ICU (<c>InvariantGlobalization</c>: <c>string.Normalize</c> gives back what it gets), and
/// what must be the same on every node, whatever its system brings along: keys of names are stored.
/// </summary>
sealed class UnicodeTable
{
    static readonly Lazy<UnicodeTable> Loaded = new(Load);

    readonly Dictionary<int, int[]> _parts = [];
    readonly Dictionary<(int First, int Second), int> _wholes = [];
    readonly Dictionary<int, int> _classes = [];
    readonly Dictionary<int, int> _folds = [];

    UnicodeTable()
    {
    }

    public static UnicodeTable Instance => Loaded.Value;

    /// <summary>Every character that simple case folding changes.</summary>
    public IReadOnlyCollection<int> Folded => _folds.Keys;

    /// <summary>Every character that is made of others.</summary>
    public IReadOnlyCollection<int> Composed => _parts.Keys;

    /// <summary>The canonical parts of a character, one step deep; null if it has none.</summary>
    public int[]? PartsOf(int character) => _parts.GetValueOrDefault(character);

    /// <summary>What two characters become; null if they stay two.</summary>
    public int? WholeOf(int first, int second) => _wholes.TryGetValue((first, second), out var whole) ? whole : null;

    /// <summary>The canonical combining class.</summary>
    public int ClassOf(int character) => _classes.GetValueOrDefault(character);

    /// <summary>Simple case folding.</summary>
    public int FoldOf(int character) => _folds.GetValueOrDefault(character, character);

    static UnicodeTable Load()
    {
        var table = new UnicodeTable();
        using var reader = new StreamReader(typeof(UnicodeTable).Assembly.GetManifestResourceStream("Chat.Protocol.Names.unicode.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
                table.Add(line[0], line[2..].Split(' '));
        }

        return table;
    }

    void Add(char kind, string[] values)
    {
        switch (kind)
        {
            case 'D' or 'S':
                var character = Hex(values[0]);
                _parts[character] = [.. values.Skip(1).Select(Hex)];
                if (kind == 'D')
                    _wholes[(Hex(values[1]), Hex(values[2]))] = character;
                break;
            case 'M':
                for (var mark = Hex(values[0]); mark <= Hex(values[1]); mark++)
                    _classes[mark] = int.Parse(values[2], CultureInfo.InvariantCulture);
                break;
            default:
                for (var capital = Hex(values[0]); capital <= Hex(values[1]); capital += int.Parse(values[2], CultureInfo.InvariantCulture))
                    _folds[capital] = capital + int.Parse(values[3], CultureInfo.InvariantCulture);
                break;
        }
    }

    static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
