using System.Data.Common;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>A user's or group's name, or a plain password, as it is stored.</summary>
/// <param name="Text">What goes into the column.</param>
/// <param name="IsOurs">Whether that is proper text; else it is as legacy servers write it.</param>
/// <param name="Other">The other form in which the same name may be there already, if there is one.</param>
readonly record struct StoredName(string Text, bool IsOurs, string? Other)
{
    /// <exception cref="RowRefusedException">Legacy servers could not store such a text.</exception>
    public static StoredName Of(string name, bool writesForLegacy)
    {
        var legacy = LegacyText.Write(name);
        var other = legacy == name ? null : legacy;
        if (!writesForLegacy)
            return new StoredName(name, IsOurs: true, other);
        return legacy is null
            ? throw new RowRefusedException(new ArgumentException("half a character would be left over in gbk", nameof(name)))
            : new StoredName(legacy, IsOurs: false, other is null ? null : name);
    }

    /// <summary>
    /// Before and after the row is written: where a legacy server allowed several rows of one name, and for the other form of a
    /// name, no unique key watches over it.
    /// </summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="transaction">That transaction.</param>
    /// <param name="count">The statement that counts those that have the name.</param>
    /// <param name="id">The row that may have it.</param>
    /// <exception cref="DuplicateKeyException">The name is taken.</exception>
    public async Task EnsureFreeAsync(DbConnection connection, DbTransaction transaction, string count, int id = 0)
    {
        if (await connection.ExecuteScalarAsync<long>(count, new { id, name = Text, other = Other ?? Text }, transaction) > 0)
            throw new DuplicateKeyException(new InvalidOperationException("the name is taken"));
    }
}
