using System.Data.Common;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A user's or group's name, or a plain password, as it is stored.</summary>
/// <param name="Text">What goes into the column.</param>
/// <param name="IsOurs">Whether that is proper text; else it is as legacy servers write it.</param>
/// <param name="Key">By what the name is compared, the same for both.</param>
/// <param name="Other">The key of a row of other servers that is shown as this name although its text could be undone.</param>
readonly record struct StoredName(string Text, bool IsOurs, string Key, string Other)
{
    /// <exception cref="RowRefusedException">Legacy servers could not store such a text.</exception>
    public static StoredName Of(string name, bool writesForLegacy)
    {
        var key = NameKey.Of(name);
        var other = LegacyText.Undo(name) is { } undone ? NameKey.Of(undone) : key;
        if (!writesForLegacy)
            return new StoredName(name, IsOurs: true, key, other);
        return LegacyText.Write(name) is { } legacy
            ? new StoredName(legacy, IsOurs: false, key, other)
            : throw new RowRefusedException(new ArgumentException("half a character would be left over in gbk", nameof(name)));
    }

    /// <summary>Before and after the row is written: no unique key watches over names, for old rows may fall together.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="transaction">That transaction.</param>
    /// <param name="count">The statement that counts those that have the name.</param>
    /// <param name="id">The row that may have it.</param>
    /// <exception cref="DuplicateKeyException">The name is taken.</exception>
    public async Task EnsureFreeAsync(DbConnection connection, DbTransaction transaction, string count, int id = 0)
    {
        if (await connection.ExecuteScalarAsync<long>(count, new { id, key = Key, other = Other }, transaction) > 0)
            throw new DuplicateKeyException(new InvalidOperationException("the name is taken"));
    }
}
