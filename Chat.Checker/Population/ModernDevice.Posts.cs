using Chat.Checker.Checking;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>Messages from this client, and their answers.</summary>
sealed partial class ModernDevice
{
    /// <summary>So many messages to one conversation may be without an acknowledgement.</summary>
    const int MaxUnanswered = 32;

    readonly Dictionary<ConversationId, PostWindow> _windows = [];
    readonly Dictionary<ConversationId, SilenceMeter> _meters = [];
    readonly List<Acknowledgement> _acknowledgements = [];

    /// <summary>How long this client waited for acknowledgements, for each conversation; read when the load has ended.</summary>
    public IReadOnlyDictionary<ConversationId, SilenceMeter> Meters => _meters;

    /// <summary>When the run's last acknowledgement came to anybody.</summary>
    public Action<long>? Acknowledged { get; init; }

    protected override bool Post(ConversationId conversation)
    {
        if (!_windows.TryGetValue(conversation, out var window))
        {
            _windows[conversation] = window = new PostWindow(MaxUnanswered);
            _meters[conversation] = new SilenceMeter();
        }

        if (window.IsFull || Now < BackAt)
            return false;
        window.Add(Services.Sent.Add(conversation, Account.User, Account.Device), Now);
        if (IsOnline)
            SendDue(conversation, window);
        return true;
    }

    void SendDue(ConversationId conversation, PostWindow window)
    {
        if (window.IsEmpty || _leavesAt is not null)
            return; // a node that goes away is not given more
        var due = window.TakeDue(Now);
        if (due.Count == 0)
            return;
        var target = conversation.IsGroup ? conversation.B : conversation.Other(Account.User);
        SendBytes([.. due.SelectMany(number => SendMessageRequest.ToBytes(conversation.IsGroup, target, ChaosText.Format(number), $"c{number}", FirstPostRef + number))]);
    }

    void OnPostReply(ServerFrame frame)
    {
        if (Services.Sent.Find(frame.Ref - FirstPostRef) is not { } sent || !_windows.TryGetValue(sent.Conversation, out var window))
        {
            Refused($"an answer to nothing, ref {frame.Ref}", frame);
            return;
        }

        var now = Now;
        if (frame.Errno == 0)
        {
            _acknowledgements.Add(new Acknowledgement(sent.Number, frame.Conversation, frame.Seq, frame.Ts));
            ViewOf(frame.Conversation).Add(frame.Seq, now);
            if (window.Acknowledge(sent.Number) is not { } madeAt)
                return;
            _meters[sent.Conversation].Acknowledge(now, Math.Max(madeAt, BackAt)); // who is away waits for nothing
            Acknowledged?.Invoke(now);
        }
        else if (frame.CanRetry)
        {
            window.Refuse(sent.Number, now);
        }
        else
        {
            Refused(LogName(sent), frame);
            window.Acknowledge(sent.Number);
        }
    }

    static string LogName(MadeMessage sent) => $"message {sent.Number} to {sent.Conversation}";
}
