using System.Text;
using Chat.Protocol;
using Dapper;

namespace Chat.Node.Storage;

/// <summary>
/// Makes the keys of names that have none: rows that are older than the keys, and those that other servers insert. Looked after
/// at the start, and before a name is looked up or taken, so that none is overlooked.
/// </summary>
sealed class MissingKeys(IChatDatabase database)
{
    const int PageSize = 1000;

    sealed class NamedRow
    {
        public int Id { get; init; }

        public string Name { get; init; } = "";

        public bool Ours { get; init; }

        /// <summary>For texts of other servers the key of the undone form, however the text is shown. Our knowledge of them changes, and keys must not.</summary>
        public string Key => NameKey.Of(Ours ? Name : LegacyText.Undo(Name) ?? Name);
    }

    /// <returns>How many users had no key.</returns>
    public Task<int> FillUsersAsync() =>
        FillAsync("SELECT id, name, ours FROM Users WHERE namefold IS NULL AND id > @after ORDER BY id LIMIT @max", database.Dialect.KeyUsers);

    /// <returns>How many groups had no key.</returns>
    public Task<int> FillGroupsAsync() =>
        FillAsync("SELECT id, groupname AS name, ours FROM AllGroup WHERE groupfold IS NULL AND id > @after ORDER BY id LIMIT @max", database.Dialect.KeyGroups);

    async Task<int> FillAsync(string find, string write)
    {
        var count = 0;
        var after = 0;
        while (true)
        {
            var page = (await database.ReadAsync(connection => connection.QueryAsync<NamedRow>(find, new { after, max = PageSize }))).AsList();
            if (page.Count == 0)
                return count;
            // Raw UTF-8: not every server reads an escaped pair of surrogates.
            var rows = $"[{string.Join(',', page.Select(row => $"[{row.Id},{Encoding.UTF8.GetString(JsonText.Quote(row.Key))}]"))}]";
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(write, new { rows }, transaction));
            count += page.Count;
            after = page[^1].Id;
        }
    }
}
