using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>Pushes, and catching up: after a login, and where a later number shows a hole.</summary>
sealed partial class ModernDevice
{
    const int PageSize = 500;

    /// <summary>A hole that is still there after this time is not on its way: the history has to fill it.</summary>
    const long HoleMilliseconds = 2500;

    readonly Dictionary<ConversationId, ConversationView> _views = [];
    readonly Dictionary<ConversationId, long> _marked = [];

    /// <summary>Requests for history by ref, and whether a hole was the reason.</summary>
    readonly Dictionary<long, (ConversationId Conversation, bool IsForHole)> _histories = [];
    int _lastHistoryRef = FirstHistoryRef;
    string _since = "";
    string _nextSince = "";

    /// <summary>Messages of others that never came by themselves on a connection that lived.</summary>
    public int HolesFilled { get; private set; }

    void OnPush(ServerFrame frame)
    {
        _log!.Pushes.Add(Sight(frame));
        ViewOf(frame.ConversationOfChat).Add(frame.Seq, Now);
    }

    void AskForSync()
    {
        _asked[SyncRef] = Now;
        SendBytes(new SyncRequest(_since.Length > 0 ? _since : null).ToBytes(SyncRef));
    }

    void OnSync(ServerFrame frame)
    {
        _asked.Remove(SyncRef);
        if (frame.Errno != 0)
        {
            if (!frame.CanRetry)
                Refused("sync", frame);
            Connection!.Abort(); // begins anew
            return;
        }

        foreach (var (conversation, head) in frame.Heads)
        {
            if (head > ViewOf(conversation).CompleteTo)
                AskForHistory(conversation, isForHole: false);
        }

        _nextSince = frame.Token;
        if (frame.HasMore)
        {
            _since = _nextSince;
            AskForSync();
        }
        else if (!_histories.Values.Any(history => !history.IsForHole))
        {
            _since = _nextSince;
        }
    }

    void AskForHistory(ConversationId conversation, bool isForHole)
    {
        _lastHistoryRef = _lastHistoryRef + 1 < FirstPostRef ? _lastHistoryRef + 1 : FirstHistoryRef;
        _histories[_lastHistoryRef] = (conversation, isForHole);
        _asked[_lastHistoryRef] = Now;
        SendBytes(new FetchHistoryRequest(conversation, ViewOf(conversation).CompleteTo, null, PageSize).ToBytes(_lastHistoryRef));
    }

    void OnHistory(ServerFrame frame)
    {
        _asked.Remove(frame.Ref);
        if (!_histories.Remove(frame.Ref, out var history))
            return;
        if (frame.Errno != 0)
        {
            if (!frame.CanRetry)
                Refused($"history of {history.Conversation}", frame);
            Connection!.Abort();
            return;
        }

        var view = ViewOf(history.Conversation);
        var filled = 0;
        foreach (var message in frame.Messages)
        {
            _log!.CaughtUp.Add(Sight(message));
            if (view.Add(message.Seq, Now) && history.IsForHole && message.Id != Account.User)
                filled++;
        }

        HolesFilled += filled;
        if (filled > 0)
            Services.Note($"{Account.Name} (user {Account.User}, device {Account.Device}) had to ask for {filled} messages of {history.Conversation} up to #{frame.Messages[^1].Seq}");

        if (frame.HasMore)
            AskForHistory(history.Conversation, history.IsForHole);
        else if (!_histories.Values.Any(open => !open.IsForHole) && !_asked.ContainsKey(SyncRef))
            _since = _nextSince; // only now all of it is here
    }

    void FillHoles(long now)
    {
        foreach (var (conversation, view) in _views)
        {
            if (view.HoleSince is not { } since || now - since < HoleMilliseconds)
                continue;
            view.NoteAsked(now);
            if (!_histories.Values.Any(history => history.Conversation == conversation))
                AskForHistory(conversation, isForHole: true);
        }
    }

    void SendMarks(long now)
    {
        _lastMarks = now;
        foreach (var (conversation, view) in _views)
        {
            if (view.CompleteTo <= _marked.GetValueOrDefault(conversation))
                continue;
            _marked[conversation] = view.CompleteTo;
            SendBytes(new ReceivedRequest(conversation, view.CompleteTo, null).ToBytes());
        }
    }

    ConversationView ViewOf(ConversationId conversation)
    {
        if (!_views.TryGetValue(conversation, out var view))
            _views[conversation] = view = new ConversationView();
        return view;
    }
}
