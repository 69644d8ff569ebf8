using Chat.Checker.Checking;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>Messages from one client, and their answers: what was not answered is sent again, in order.</summary>
/// <param name="line">Where to.</param>
/// <param name="history">Is told of the client's own messages.</param>
/// <param name="acknowledged">Is told when an acknowledgement comes; milliseconds of the run.</param>
sealed class DevicePosts(DeviceLine line, DeviceHistory history, Action<long>? acknowledged)
{
    /// <summary>So many messages to one conversation may be without an acknowledgement.</summary>
    const int MaxUnanswered = 32;

    readonly Dictionary<ConversationId, PostWindow> _windows = [];
    readonly Dictionary<ConversationId, SilenceMeter> _meters = [];
    readonly List<Acknowledgement> _acknowledgements = [];

    public IReadOnlyDictionary<ConversationId, SilenceMeter> Meters => _meters;

    public IReadOnlyList<Acknowledgement> Acknowledgements => _acknowledgements;

    public IEnumerable<int> Unanswered => _windows.Values.SelectMany(window => window.Numbers);

    public bool AreLate => _windows.Values.Any(window => line.Now - DeviceLine.LateMilliseconds > window.OldestSentAt);

    /// <summary>False if too many have no acknowledgement, or the client is away by its own will.</summary>
    public bool TryAdd(ConversationId conversation, long backAt, bool isOnline)
    {
        if (!_windows.TryGetValue(conversation, out var window))
        {
            _windows[conversation] = window = new PostWindow(MaxUnanswered);
            _meters[conversation] = new SilenceMeter();
        }

        if (window.IsFull || line.Now < backAt)
            return false;
        window.Add(line.Services.Sent.Add(conversation, line.Account.User, line.Account.Device), line.Now);
        if (isOnline)
            SendDue(conversation, window);
        return true;
    }

    public void SendDue()
    {
        foreach (var (conversation, window) in _windows)
            SendDue(conversation, window);
    }

    public void OnReply(ServerFrame frame, long backAt)
    {
        if (line.Services.Sent.Find(frame.Ref - DeviceLine.FirstPostRef) is not { } sent || !_windows.TryGetValue(sent.Conversation, out var window))
        {
            line.NoteRefused($"an answer to nothing, ref {frame.Ref}", frame);
            return;
        }

        var now = line.Now;
        if (frame.Errno == 0)
        {
            _acknowledgements.Add(new Acknowledgement(sent.Number, frame.Conversation, frame.Seq, frame.Ts));
            history.AddOwn(frame.Conversation, frame.Seq);
            if (window.Acknowledge(sent.Number) is not { } madeAt)
                return;
            _meters[sent.Conversation].Acknowledge(now, Math.Max(madeAt, backAt)); // who is away waits for nothing
            acknowledged?.Invoke(now);
        }
        else if (frame.CanRetry)
        {
            window.Refuse(sent.Number, now);
        }
        else
        {
            line.NoteRefused($"message {sent.Number} to {sent.Conversation}", frame);
            window.Acknowledge(sent.Number);
        }
    }

    public void OnDisconnected()
    {
        foreach (var window in _windows.Values)
            window.Disconnect();
    }

    void SendDue(ConversationId conversation, PostWindow window)
    {
        if (window.IsEmpty || line.LeavesAt is not null)
            return; // a node that goes away is not given more
        var due = window.TakeDue(line.Now);
        if (due.Count == 0)
            return;
        var target = conversation.IsGroup ? conversation.B : conversation.Other(line.Account.User);
        line.Send([.. due.SelectMany(number => SendMessageRequest.ToBytes(
            conversation.IsGroup, target, ChaosText.Format(number), $"c{number}", DeviceLine.FirstPostRef + number))]);
    }
}
