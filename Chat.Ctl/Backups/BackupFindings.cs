namespace Chat.Ctl.Backups;

/// <summary>A kind of fault, how often it is there, and where, of a few.</summary>
/// <param name="Name">In one word, for programs.</param>
/// <param name="Meaning">For people.</param>
/// <param name="Count">How often.</param>
/// <param name="Examples">The first ones.</param>
sealed record BackupFault(string Name, string Meaning, long Count, IReadOnlyList<string> Examples);

/// <summary>What a backup lacks that the running database has.</summary>
/// <param name="Messages">So many of its messages.</param>
/// <param name="Conversations">In so many conversations.</param>
/// <param name="NewestMessage">When the newest message there was accepted, in milliseconds since 1970; null: there is none.</param>
sealed record BackupLag(long Messages, long Conversations, long? NewestMessage);

/// <summary>What is in a backup, and what is wrong with it.</summary>
sealed record BackupReport
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool Whole => Faults.Count == 0;

    /// <summary>The newest change of the schema.</summary>
    public required string Schema { get; init; }

    /// <summary>The last sign of life of a node, in milliseconds since 1970: when the copy was made, if nodes ran then. Null: there was none.</summary>
    public long? Taken { get; init; }

    /// <summary>When the newest message was accepted, in milliseconds since 1970; null: there is none.</summary>
    public long? NewestMessage { get; init; }

    /// <summary>Rows by table.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>Against the running database; null: it was not looked at.</summary>
    public BackupLag? Behind { get; init; }

    /// <summary>What is no fault, and worth knowing.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<BackupFault> Faults { get; init; }
}

/// <summary>Faults as they are found: all are counted, a few are named, however many there are.</summary>
sealed class BackupFindings
{
    /// <summary>So many of a kind are named.</summary>
    public const int MaxExamples = 10;

    readonly Dictionary<string, (string Meaning, long Count, List<string> Examples)> _faults = [];

    public List<string> Notes { get; } = [];

    public IReadOnlyList<BackupFault> Faults => [.. _faults.Select(fault => new BackupFault(fault.Key, fault.Value.Meaning, fault.Value.Count, fault.Value.Examples))];

    public void Add(string name, string meaning, string example)
    {
        var (_, count, examples) = _faults.TryGetValue(name, out var found) ? found : (meaning, 0, []);
        if (examples.Count < MaxExamples)
            examples.Add(example);
        _faults[name] = (meaning, count + 1, examples);
    }
}
