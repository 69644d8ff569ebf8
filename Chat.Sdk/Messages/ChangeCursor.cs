namespace ChatActors.Client.Messages;

/// <summary>
/// The changes of the messages of one conversation, in order and each once. Every push names the rev that was told before: if that one is not known here,
/// something is missing and has to be fetched. Pure.
/// </summary>
sealed class ChangeCursor
{
    readonly SortedDictionary<long, MessageChanged> _early = [];
    readonly SortedSet<long> _inLine = [];
    long? _rev;
    long _loginRev;
    long _oldRev;
    long _oldSeq;

    /// <summary>Changes up to here are in line, were handed over, or were before this user's time.</summary>
    public long Rev => _rev ?? 0;

    /// <summary>The highest rev heard of.</summary>
    public long Head { get; private set; }

    /// <summary>Whether the server is to be asked for what is behind <see cref="Rev"/>.</summary>
    public bool HasGap => Head > Rev;

    /// <summary>How many changes wait for their messages.</summary>
    public int EarlyCount => _early.Count;

    /// <summary>Changes up to here were handed over.</summary>
    public long Taken => Math.Min(Rev, Math.Min(BeforeFirst(_inLine), BeforeFirst(_early.Keys)));

    /// <summary>Goes on from a state that was saved.</summary>
    /// <param name="rev">Changes up to here were handed over.</param>
    /// <param name="head">The highest one heard of: what is between them is fetched, for no sync tells of it again.</param>
    public void Restore(long rev, long head = 0) => (_rev, Head) = (rev, Math.Max(rev, head));

    /// <summary>Whether it is known where the changes begin.</summary>
    public bool IsBegun => _rev is not null;

    /// <summary>Changes begin with the first one: the conversation is known from its beginning.</summary>
    public void StartAtZero() => _rev ??= 0;

    public void BeginLogin() => _loginRev = Rev;

    /// <summary>
    /// A sync has told the newest rev. One that is lower than it was at the login is of a copy of the database that was put back.
    /// </summary>
    public void NoteServerRev(long rev)
    {
        if (rev < _loginRev)
            Restart(rev);
        _rev ??= 0;
        Head = Math.Max(Head, rev);
    }

    /// <summary>
    /// A sync has told the newest rev of a conversation that is new here. Messages that are still to come may come without what became of them since: those
    /// changes are fetched, all others were before this user's time.
    /// </summary>
    /// <param name="rev">As the server says.</param>
    /// <param name="received">Behind this number messages are still to come, if <paramref name="isMissing"/>.</param>
    /// <param name="isMissing">Whether there are such messages.</param>
    public void Begin(long rev, long received, bool isMissing)
    {
        _rev ??= isMissing ? 0 : rev;
        (_oldRev, _oldSeq) = (rev, received);
        Head = Math.Max(Head, rev);
    }

    /// <summary>What is known is not the server's any more: all changes are to be fetched anew.</summary>
    /// <param name="head">The highest rev, as far as is known.</param>
    public void Restart(long head = 0)
    {
        (_rev, Head, _loginRev, _oldRev) = (0, Math.Max(1, head), 0, 0);
        _early.Clear();
    }

    /// <summary>Nobody can tell what is missing.</summary>
    public void GiveUp() => _rev = Head;

    /// <summary>A push. Null: it is known already, or waits for its message, or something in front of it has to be fetched first.</summary>
    /// <param name="change">What it says.</param>
    /// <param name="previous">The rev that was told before.</param>
    /// <param name="isEarly">Whether its message is still to come.</param>
    /// <param name="hasRoom">Without room it is fetched later.</param>
    public MessageChanged? Offer(MessageChanged change, long previous, bool isEarly, bool hasRoom)
    {
        Head = Math.Max(Head, change.Rev);
        // Those between the rev told before and an own one that is higher are in this one, or were fetched.
        if (_rev is { } rev && (previous > rev || change.Rev <= rev))
            return null;
        if (!hasRoom)
            return null;

        _rev = change.Rev;
        return Line(change, isEarly);
    }

    /// <summary>A change of a page that was fetched; null as above.</summary>
    public MessageChanged? OfferFetched(MessageChanged change, bool isEarly) =>
        change.Rev <= Rev || (change.Rev <= _oldRev && change.Seq <= _oldSeq) ? null : Line(change, isEarly);

    /// <summary>A page has told everything up to a rev.</summary>
    /// <param name="since">What it was asked for.</param>
    /// <param name="headWhenAsked">Only a push that came since then says that there is more than the last page has.</param>
    /// <param name="rev">As the page says.</param>
    /// <param name="hasMore">As the page says.</param>
    public void EndPage(long since, long headWhenAsked, long rev, bool hasMore)
    {
        if (since != Rev)
            return; // another life of the cursor has asked
        if (rev < since)
        {
            Restart(rev);
            return;
        }

        hasMore &= rev > since; // else the next page would be the same
        _rev = rev;
        Head = !hasMore && Head == headWhenAsked ? rev : Math.Max(Head, hasMore ? rev + 1 : rev);
    }

    /// <summary>The changes that have waited for a message up to this number, ascending by rev. A message that has shown a change itself needs it no more.</summary>
    public List<MessageChanged> Release(long seq)
    {
        if (_early.Count == 0)
            return [];
        var released = _early.Values.Where(change => change.Seq <= seq).ToList();
        foreach (var change in released)
        {
            _early.Remove(change.Rev);
            _inLine.Add(change.Rev);
        }

        return released;
    }

    /// <summary>The application takes a change.</summary>
    public void Take(long rev) => _inLine.Remove(rev);

    MessageChanged? Line(MessageChanged change, bool isEarly)
    {
        if (isEarly)
        {
            _early[change.Rev] = change;
            return null;
        }

        _inLine.Add(change.Rev);
        return change;
    }

    static long BeforeFirst(IEnumerable<long> ascending)
    {
        foreach (var rev in ascending)
            return rev - 1;
        return long.MaxValue;
    }
}
