namespace Chat.Node.Storage;

/// <summary>The statements of the search that the two kinds of database write in their own way.</summary>
abstract class SearchSql
{
    /// <summary>For each <c>[a, b]</c> in <c>@ids</c>, a JSON array: how far it is in the index, its head and its newest rev.</summary>
    public abstract string Standings { get; }

    /// <summary>The next 50 rows of the log above a number, for each <c>[a, b, above]</c> in <c>@ids</c>, a JSON array; numbers may be missing.</summary>
    public abstract string RowsAbove { get; }

    /// <summary>The rows of the log whose text was changed after <c>@rev</c>, ascending by rev: <c>@A, @B, @limit</c>.</summary>
    public abstract string ChangedRows { get; }

    /// <summary>The row of the walk, if there is none.</summary>
    public abstract string MakeWalk { get; }

    /// <summary>A cursor for the conversation <c>@A, @B</c>, if there is none.</summary>
    public abstract string MakeCursor { get; }

    /// <summary>The cursor of the conversation <c>@A, @B</c>; it stays as it is until the transaction ends.</summary>
    public abstract string LockCursor { get; }

    /// <summary>Writes tokens of messages: <c>@rows</c>, a JSON array of <c>[id, a, b, seq, ts, tokens]</c>. Those that are there already are replaced.</summary>
    public abstract string StoreTokens { get; }

    /// <summary>Forgets the tokens of messages: <c>@A, @B, @from, @to</c>.</summary>
    public abstract string ForgetTokens { get; }

    /// <summary>
    /// Rows of the log with tokens, the newest first: <c>@match</c> as <see cref="Match"/> has put it, behind <c>@Order, @A, @B, @Seq</c> (<see cref="SearchPlace"/>),
    /// <c>@limit</c>.
    /// </summary>
    public abstract string Find { get; }

    /// <summary>A condition: every one of the terms, and one of the scopes.</summary>
    /// <param name="terms">Tokens; one that ends with <c>*</c> stands for all that begin so.</param>
    /// <param name="scopes">Tokens.</param>
    public abstract string Match(IEnumerable<string> terms, IEnumerable<string> scopes);
}
