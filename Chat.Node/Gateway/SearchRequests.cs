using System.Collections.Concurrent;
using Chat.Node.Search;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>Looking for messages by their words.</summary>
/// <param name="finder">Finds them; null: search is switched off.</param>
/// <param name="indexer">Knows how far the index is.</param>
/// <param name="contacts">Who takes part.</param>
/// <param name="maxFrameBytes">The room of an answer.</param>
sealed class SearchRequests(SearchFinder? finder, SearchIndexer? indexer, ContactStore contacts, int maxFrameBytes) : IDisposable
{
    /// <summary>Searches of one node at a time: they must not take the database away from messages.</summary>
    public const int AtOnce = 4;

    /// <summary>Words, or pairs of letters, of one search.</summary>
    const int MaxTerms = 64;

    /// <summary>Of a longer text the beginning is answered; a hit always has room in a frame, also if each letter needs six bytes.</summary>
    readonly int _maxText = Math.Min(1000, (maxFrameBytes - 512) / 6);

    readonly SemaphoreSlim _places = new(AtOnce);
    readonly ConcurrentDictionary<int, bool> _searching = new();

    /// <summary>Searches that look into the database now.</summary>
    public int UnderWay => AtOnce - _places.CurrentCount;

    public async Task<Reply> SearchAsync(SearchRequest request, Asker asker, TimeSpan patience)
    {
        if (finder is null || indexer is null)
            return Reply.Fail(ErrorCode.Off, "this server has no search");
        var terms = SearchWords.TermsOf(request.Text);
        if (terms.Count == 0)
            return Reply.Fail(ErrorCode.Malformed, "\"text\" has nothing to look for: at least one letter or digit is expected");
        if (terms.Count > MaxTerms)
            return Reply.Fail(ErrorCode.TooLarge, $"\"text\" has {terms.Count} words or pairs of letters: at most {MaxTerms} are expected");
        var from = SearchPlace.First;
        if (request.After is { } after)
        {
            if (SearchPlace.Find(after) is not { } place)
                return Reply.Fail(ErrorCode.Malformed, "\"after\" must be what the page before says");
            from = place;
        }

        if (request.Conversation is { } id && !await contacts.TakesPartAsync(asker.UserId, id))
            return Reply.Fail(ErrorCode.NotYours, Refusal.NotYours(id));
        if (!_searching.TryAdd(asker.UserId, true))
            return Reply.Fail(ErrorCode.TooFast, "another device of yours is searching: one search at a time");
        try
        {
            return await SearchAsync(request, asker, terms, from, patience);
        }
        finally
        {
            _searching.TryRemove(asker.UserId, out _);
        }
    }

    async Task<Reply> SearchAsync(SearchRequest request, Asker asker, List<string> terms, SearchPlace from, TimeSpan patience)
    {
        if (!await _places.WaitAsync(patience))
            return Reply.Fail(ErrorCode.Unavailable, "others are searching now: try again");
        try
        {
            var indexed = indexer!.IndexedTo; // known before it is looked
            var found = await finder!.FindAsync(asker.UserId, request, terms, from);
            return Reply.Ok(new SearchReply([.. found.Rows.Select(HitOf)], indexed, found.Next?.ToString()).ToBytes(request.Ref, maxFrameBytes));
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    SearchHit HitOf(SearchRow found)
    {
        var text = ChangedBody.TextOf(found.Row.Body.Span);
        if (text.Length > _maxText)
            text = text[..(char.IsHighSurrogate(text[_maxText - 1]) ? _maxText - 1 : _maxText)];
        return new SearchHit(found.Row.Conversation, found.Row.Seq, found.Row.Sender, found.Row.Ts, text) { Place = found.Place.ToString() };
    }
}
