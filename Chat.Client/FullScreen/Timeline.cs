using ChatActors.Client;

namespace Chat.Client.FullScreen;

/// <summary>A message on its way to the server.</summary>
sealed class OutgoingMessage(ChatMessage message)
{
    public ChatMessage Message => message;

    /// <summary>Why the server does not take it; null: it has not answered yet.</summary>
    public string? Failure { get; set; }
}

/// <summary>The messages of one conversation, as far as they were fetched or have come: ascending, each once. Pure.</summary>
sealed class Timeline
{
    /// <summary>Older ones than so many are not kept, nor fetched.</summary>
    public const int MaxMessages = 2000;

    readonly List<ChatMessage> _messages = [];
    readonly List<OutgoingMessage> _outgoing = [];

    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>What the server has not confirmed, behind all others.</summary>
    public IReadOnlyList<OutgoingMessage> Outgoing => _outgoing;

    /// <summary>Whether the newest page was fetched.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Whether the server has older ones.</summary>
    public bool HasOlder { get; private set; }

    /// <summary>Whether older ones are being fetched.</summary>
    public bool IsLoading { get; set; }

    /// <summary>The user had read up to here when the conversation was opened; null: all of it.</summary>
    public long? NewBehind { get; set; }

    public long FirstSeq => _messages.Count > 0 ? _messages[0].Seq : 0;

    public long LastSeq => _messages.Count > 0 ? _messages[^1].Seq : 0;

    public bool CanLoad => HasOlder && !IsLoading && FirstSeq > 0 && _messages.Count < MaxMessages;

    public void Add(ChatMessage message)
    {
        var at = _messages.Count;
        // A server without a history gives no numbers: then it is the order in which they come.
        while (message.Seq > 0 && at > 0 && _messages[at - 1].Seq >= message.Seq)
            at--;
        if (message.Seq > 0 && at < _messages.Count && _messages[at].Seq == message.Seq)
        {
            if (message.Rev >= _messages[at].Rev)
                _messages[at] = message;
            return;
        }

        _messages.Insert(at, message);
        if (_messages.Count <= MaxMessages)
            return;
        _messages.RemoveAt(0);
        HasOlder = true;
    }

    /// <summary>A page of the history.</summary>
    public void Add(HistoryPage page)
    {
        foreach (var message in page.Messages)
            Add(message);
        (IsLoaded, IsLoading, HasOlder) = (true, false, page.HasMore);
    }

    public void Change(MessageChanged change, int userId)
    {
        var at = _messages.FindIndex(message => message.Seq == change.Seq);
        if (at >= 0)
            _messages[at] = _messages[at].With(change, userId);
    }

    /// <summary>The server has gone back.</summary>
    public void Rewind(long to) => _messages.RemoveAll(message => message.Seq > to);

    /// <summary>Up to a number they are not shown any more.</summary>
    public void Clear(long floor)
    {
        _messages.RemoveAll(message => message.Seq < floor);
        HasOlder &= floor == 0;
    }

    public OutgoingMessage Send(ChatMessage message)
    {
        var outgoing = new OutgoingMessage(message);
        _outgoing.Add(outgoing);
        return outgoing;
    }

    public void Sent(OutgoingMessage outgoing, SentMessage sent)
    {
        _outgoing.Remove(outgoing);
        Add(outgoing.Message with { Seq = sent.Seq, Timestamp = sent.Timestamp, Cmid = sent.Cmid });
    }

    /// <summary>What failed stays to be seen until something else is sent.</summary>
    public void DropFailures() => _outgoing.RemoveAll(outgoing => outgoing.Failure is not null);

    public ChatMessage? Find(long seq) => seq > 0 ? _messages.Find(message => message.Seq == seq) : null;
}
