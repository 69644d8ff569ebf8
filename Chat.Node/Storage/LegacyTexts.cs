using System.Data.Common;
using Chat.Node.Settings;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>How many texts of other servers can only be as they were typed, and how many are clearly mislabelled. Pure.</summary>
readonly record struct LegacyEvidence(int Typed, int Mislabelled)
{
    /// <summary>So much more plausible, and there is no doubt.</summary>
    const int Clear = 12;

    /// <summary>Without other rows, the text stays as it is unless the other reading is that much more plausible.</summary>
    const int Better = 6;

    /// <summary>Beside so many times as many typed rows, what looks mislabelled is rather chance.</summary>
    const int Many = 10;

    public static LegacyEvidence Of(IEnumerable<string> stored)
    {
        var (typed, mislabelled) = (0, 0);
        foreach (var text in stored)
        {
            if (System.Text.Ascii.IsValid(text))
                continue;
            if (LegacyText.Undo(text) is not { } undone)
                typed++;
            else if (!undone.Contains('\uFFFD', StringComparison.Ordinal) && IsClear(text, undone))
                mislabelled++;
        }

        return new LegacyEvidence(typed, mislabelled);
    }

    /// <summary>Whether other servers write texts as they were typed.</summary>
    public bool AreTyped => Typed > 0 && Typed >= Many * Mislabelled;

    /// <summary>Whether a text that can be read both ways was mislabelled.</summary>
    public bool IsMislabelled(string stored, string undone) => (Typed, Mislabelled) switch
    {
        _ when AreTyped => IsClear(stored, undone),
        (0, > 0) => true,
        _ => Gain(stored, undone) >= Better,
    };

    /// <summary>
    /// Letters with accents among Latin letters (<c>ok么yes么</c>, <c>okôyesô</c>) are never clear, however many: people write single hanzi so too.
    /// Nor is a text of one character and ASCII: two hanzi that GB 2312 does not have look so (<c>陳禕</c>, <c>ꐶB</c>).
    /// </summary>
    static bool IsClear(string stored, string undone) =>
        !TextPlausibility.IsLatin(undone) && TextPlausibility.Foreign(undone) > 1 && Gain(stored, undone) >= Clear;

    static int Gain(string stored, string undone) => TextPlausibility.Bits(stored) - TextPlausibility.Bits(undone);
}

/// <summary>
/// Text of legacy servers that share the database: read as it was typed, and written as they can read it. Safe to use from any thread.
/// </summary>
/// <param name="database">Where they are.</param>
/// <param name="charset">What the operator says of them.</param>
/// <param name="clock">For the age of what is known.</param>
sealed class LegacyTexts(IChatDatabase database, LegacyCharset charset = LegacyCharset.Auto, TimeProvider? clock = null)
{
    const int MaxRows = 1000;
    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);

    /// <summary>Texts that other servers wrote: the newest and the oldest.</summary>
    static readonly string[] Samples =
    [
        "SELECT name AS text FROM Users WHERE id > (SELECT MAX(id) FROM Users) - @MaxRows AND ours = 0",
        "SELECT name AS text FROM Users WHERE id < (SELECT MIN(id) FROM Users) + @MaxRows AND ours = 0",
        "SELECT groupname AS text FROM AllGroup WHERE id > (SELECT MAX(id) FROM AllGroup) - @MaxRows AND ours = 0",
        "SELECT message AS text FROM OfflineMessage WHERE id > (SELECT MAX(id) FROM OfflineMessage) - @MaxRows AND ts IS NULL",
    ];

    sealed class Sample
    {
        public object? Text { get; init; }
    }

    readonly TimeProvider _clock = clock ?? TimeProvider.System;
    Known? _known;

    sealed record Known(LegacyEvidence Evidence, long At);

    /// <summary>Looks at other rows, if one of these can be read both ways.</summary>
    /// <param name="stored">What was read.</param>
    /// <param name="connection">Where to look; null for one of its own.</param>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async ValueTask PrepareAsync(IEnumerable<string> stored, DbConnection? connection = null)
    {
        if (charset == LegacyCharset.Auto && !IsFresh && stored.Any(text => LegacyText.Undo(text) is not null))
            await LookAsync(connection);
    }

    /// <summary>The text that the user typed, as far as <see cref="PrepareAsync"/> knows.</summary>
    public string Read(string stored)
    {
        if (charset == LegacyCharset.Utf8mb4 || LegacyText.Undo(stored) is not { } undone)
            return stored;
        return charset == LegacyCharset.Gbk || (_known?.Evidence ?? default).IsMislabelled(stored, undone) ? undone : stored;
    }

    /// <summary>Whether these servers read what is written as gbk: unless all their rows say otherwise.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async ValueTask<bool> ReadGbkAsync()
    {
        if (charset == LegacyCharset.Auto && !IsFresh)
            await LookAsync();
        return charset == LegacyCharset.Gbk || (charset == LegacyCharset.Auto && _known is not { Evidence.AreTyped: true });
    }

    bool IsFresh => Volatile.Read(ref _known) is { } known && _clock.GetElapsedTime(known.At) < FreshFor;

    async ValueTask LookAsync(DbConnection? connection = null)
    {
        var at = _clock.GetTimestamp();
        var evidence = LegacyEvidence.Of(await (connection is null ? database.ReadAsync(ReadSamplesAsync) : ReadSamplesAsync(connection)));
        Volatile.Write(ref _known, new Known(evidence, at));
    }

    static async Task<List<string>> ReadSamplesAsync(DbConnection connection)
    {
        var all = new List<string>();
        foreach (var sample in Samples)
            all.AddRange((await connection.QueryAsync<Sample>(sample, new { MaxRows })).Select(row => SqlDialect.TextOf(row.Text)));
        return all;
    }
}
