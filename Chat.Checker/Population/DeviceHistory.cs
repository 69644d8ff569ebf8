using Chat.Checker.Checking;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>What one client has of each conversation: pushes, and catching up after a login and where a later number shows a hole.</summary>
/// <param name="line">Where to.</param>
/// <param name="sight">Makes what the checker keeps of a message.</param>
sealed class DeviceHistory(DeviceLine line, Func<ServerFrame, Sighting> sight)
{
    const int PageSize = 500;
    const long MarkMilliseconds = 1000;

    /// <summary>A hole that is still there after this time is not on its way: the history has to fill it.</summary>
    const long HoleMilliseconds = 2500;

    readonly Dictionary<ConversationId, CheckedConversation> _views = [];
    readonly Dictionary<ConversationId, long> _marked = [];

    /// <summary>Requests for history by ref, and whether a hole was the reason.</summary>
    readonly Dictionary<long, (ConversationId Conversation, bool IsForHole)> _requests = [];
    int _lastRef = DeviceLine.FirstHistoryRef;
    string _since = "";
    string _nextSince = "";
    long _lastMarks;
    ConnectionLog? _log;

    /// <summary>Messages of others that never came by themselves on a connection that lived.</summary>
    public int HolesFilled { get; private set; }

    /// <summary>Logged in: what comes from now on belongs to this connection.</summary>
    public void Start(ConnectionLog log)
    {
        _log = log;
        AskForSync();
    }

    public void OnConnected() => _log = null;

    public void OnDisconnected() => _requests.Clear();

    public void OnPush(ServerFrame frame)
    {
        _log!.Pushes.Add(sight(frame));
        ViewOf(frame.ConversationOfChat).Add(frame.Seq, line.Now);
    }

    /// <summary>A message of the client itself was acknowledged.</summary>
    public void AddOwn(ConversationId conversation, long seq) => ViewOf(conversation).Add(seq, line.Now);

    public void OnSync(ServerFrame frame)
    {
        line.NoteAnswered(DeviceLine.SyncRef);
        if (frame.Errno != 0)
        {
            if (!frame.CanRetry)
                line.NoteRefused("sync", frame);
            line.Abort(); // begins anew
            return;
        }

        foreach (var (conversation, head) in frame.Heads)
        {
            if (head > ViewOf(conversation).CompleteTo)
                Ask(conversation, isForHole: false);
        }

        _nextSince = frame.Token;
        if (frame.HasMore)
        {
            _since = _nextSince;
            AskForSync();
        }
        else if (!_requests.Values.Any(request => !request.IsForHole))
        {
            _since = _nextSince;
        }
    }

    public void OnHistory(ServerFrame frame)
    {
        line.NoteAnswered(frame.Ref);
        if (!_requests.Remove(frame.Ref, out var request))
            return;
        if (frame.Errno != 0)
        {
            if (!frame.CanRetry)
                line.NoteRefused($"history of {request.Conversation}", frame);
            line.Abort();
            return;
        }

        var view = ViewOf(request.Conversation);
        var filled = 0;
        foreach (var message in frame.Messages)
        {
            _log!.CaughtUp.Add(sight(message));
            if (view.Add(message.Seq, line.Now) && request.IsForHole && message.Id != line.Account.User)
                filled++;
        }

        HolesFilled += filled;
        if (filled > 0)
            line.Services.Note($"{line.Account.Name} (user {line.Account.User}, device {line.Account.Device}) had to ask for {filled} messages of {request.Conversation} up to #{frame.Messages[^1].Seq}");

        if (frame.HasMore)
            Ask(request.Conversation, request.IsForHole);
        else if (!_requests.Values.Any(open => !open.IsForHole) && !line.IsAsked(DeviceLine.SyncRef))
            _since = _nextSince; // only now all of it is here
    }

    public void OnTick()
    {
        FillHoles();
        if (line.Now - _lastMarks >= MarkMilliseconds)
            SendMarks();
    }

    void AskForSync()
    {
        line.NoteAsked(DeviceLine.SyncRef);
        line.Send(new SyncRequest(_since.Length > 0 ? _since : null).ToBytes(DeviceLine.SyncRef));
    }

    void Ask(ConversationId conversation, bool isForHole)
    {
        _lastRef = _lastRef + 1 < DeviceLine.FirstPostRef ? _lastRef + 1 : DeviceLine.FirstHistoryRef;
        _requests[_lastRef] = (conversation, isForHole);
        line.NoteAsked(_lastRef);
        line.Send(new FetchHistoryRequest(conversation, ViewOf(conversation).CompleteTo, null, PageSize).ToBytes(_lastRef));
    }

    void FillHoles()
    {
        var now = line.Now;
        foreach (var (conversation, view) in _views)
        {
            if (view.HoleSince is not { } since || now - since < HoleMilliseconds)
                continue;
            view.NoteAsked(now);
            if (!_requests.Values.Any(request => request.Conversation == conversation))
                Ask(conversation, isForHole: true);
        }
    }

    void SendMarks()
    {
        _lastMarks = line.Now;
        foreach (var (conversation, view) in _views)
        {
            if (view.CompleteTo <= _marked.GetValueOrDefault(conversation))
                continue;
            _marked[conversation] = view.CompleteTo;
            line.Send(new ReceivedRequest(conversation, view.CompleteTo, null).ToBytes());
        }
    }

    CheckedConversation ViewOf(ConversationId conversation)
    {
        if (!_views.TryGetValue(conversation, out var view))
            _views[conversation] = view = new CheckedConversation();
        return view;
    }
}
