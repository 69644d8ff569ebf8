using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Search;

/// <summary>What was found, and where to go on; null: there is no more.</summary>
sealed record Found(IReadOnlyList<SearchRow> Rows, SearchPlace? Next);

/// <summary>
/// Finds messages of the conversations of one user. The index only says where to look: what it names is compared with the text as it is, with who takes
/// part, and with what the user has cleared.
/// </summary>
sealed class SearchFinder(SearchStore store, TimeProvider clock)
{
    /// <summary>Messages that are looked at in one statement.</summary>
    const int AtOnce = 200;

    /// <summary>Messages that are looked at for one request: then it is answered with what was found, and goes on with the next one.</summary>
    const int MaxLooked = 2000;

    /// <summary>The same for a slow database.</summary>
    static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(1);

    /// <summary>Groups of one user in which it is looked at once.</summary>
    const int MaxGroups = 2000;

    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<Found> FindAsync(int userId, SearchRequest request, IReadOnlyCollection<string> terms, SearchPlace from)
    {
        var groups = request.Conversation is null ? (await store.GroupsOfAsync(userId)).Distinct().OrderDescending().Take(MaxGroups).ToHashSet() : [];
        List<string> scopes = request.Conversation is { } only
            ? [SearchWords.ConversationToken(only)]
            : [SearchWords.UserToken(userId), .. groups.Select(group => SearchWords.ConversationToken(ConversationId.Group(group)))];
        var hidden = await store.HiddenAsync(userId);
        if (request.From is { } sender)
            terms = [SearchWords.SenderToken(sender), .. terms];
        var found = new List<SearchRow>();
        var begun = clock.GetTimestamp();
        for (var looked = 0; looked < MaxLooked && clock.GetElapsedTime(begun) < LongEnough; looked += AtOnce)
        {
            var rows = await store.FindAsync(terms, scopes, from, AtOnce);
            foreach (var row in rows)
            {
                if (clock.GetElapsedTime(begun) >= LongEnough)
                    return new Found(found, from);
                if (IsWanted(row.Row))
                {
                    if (found.Count == request.Limit)
                        return new Found(found, found[^1].Place);
                    found.Add(row);
                }

                from = row.Place;
            }

            if (rows.Count < AtOnce)
                return new Found(found, null);
        }

        return new Found(found, from);

        bool IsWanted(LogRow row) => MayRead(row.Conversation)
            && !(hidden.TryGetValue(row.Conversation, out var hiddenTo) && row.Seq <= hiddenTo)
            && (request.From is null || row.Sender == request.From)
            && (request.Since is null || row.Ts >= request.Since)
            && (request.Until is null || row.Ts < request.Until)
            && StoredBody.IsObject(row.Body.Span)
            && SearchWords.Matches(ChangedBody.TextOf(row.Body.Span), request.Text);

        bool MayRead(ConversationId id) => request.Conversation is { } wanted ? id == wanted : id.IsGroup ? groups.Contains(id.B) : id.IsBetween(userId);
    }
}
