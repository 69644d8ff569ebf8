namespace Chat.Checker.Population;

/// <summary>Which numbers of a conversation a modern client has: where its catching up begins, and whether there is a hole. Pure.</summary>
sealed class CheckedConversation
{
    readonly HashSet<long> _above = [];

    /// <summary>Everything up to here is there.</summary>
    public long CompleteTo { get; private set; }

    /// <summary>Since when there has been a hole below a number that came; null: there is none.</summary>
    public long? HoleSince { get; private set; }

    /// <summary>False if it was there already.</summary>
    public bool Add(long seq, long now)
    {
        if (seq <= CompleteTo || !_above.Add(seq))
            return false;
        if (seq == CompleteTo + 1)
        {
            while (_above.Remove(CompleteTo + 1))
                CompleteTo++;
            HoleSince = null; // if one is left it is another one
        }

        if (_above.Count > 0)
            HoleSince ??= now;
        return true;
    }

    /// <summary>It has been asked for: the next look is later.</summary>
    public void NoteAsked(long now) => HoleSince = HoleSince is null ? null : now;
}
