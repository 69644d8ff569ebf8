using System.Runtime.CompilerServices;
using Chat.Client.Terminal;
using ChatActors.Client;

namespace Chat.Client.FullScreen;

/// <summary>One row of the messages.</summary>
/// <param name="Runs">What it says, from the left.</param>
/// <param name="Seq">The number of the message that it belongs to; 0: none that can be picked.</param>
sealed record MessageRow(IReadOnlyList<(string Text, Look Look)> Runs, long Seq = 0);

/// <summary>Lays messages out in rows. Pure, but for the time zone.</summary>
/// <param name="model">Whose messages.</param>
/// <param name="width">Cells in a row.</param>
/// <param name="zone">For the time of day.</param>
sealed class MessageRows(ChatModel model, int width, TimeZoneInfo zone)
{
    /// <summary>In front of the text: a mark for the picked message, and the time.</summary>
    const int Indent = 7;

    const int MaxNameWidth = 20;

    // A message is a value: one that was changed is another one.
    static readonly ConditionalWeakTable<ChatMessage, Wrapped> Cache = [];

    readonly ChangeText _changes = new(model.NameOf);
    readonly int _room = Math.Max(width - Indent, 10);

    /// <summary>All rows, from the oldest to the newest.</summary>
    public List<MessageRow> Of(Timeline timeline)
    {
        var rows = new List<MessageRow>();
        if (timeline.HasOlder)
            rows.Add(Rule(timeline.IsLoading ? "older messages are coming" : timeline.CanLoad ? "there are older messages" : "older messages are kept by the server"));
        DateTime? day = null;
        var hasRule = false;
        foreach (var message in timeline.Messages)
        {
            if (message.Timestamp > 0 && DayOf(message) is var date && date != day)
            {
                rows.Add(Rule($"{date:ddd d MMM yyyy}"));
                day = date;
            }

            if (!hasRule && timeline.NewBehind is { } read && message.Seq > read && !message.IsOwn && message.System is null)
            {
                rows.Add(Rule("new messages", Look.Alert));
                hasRule = true;
            }

            Add(rows, timeline, message);
        }

        foreach (var outgoing in timeline.Outgoing)
            Add(rows, timeline, outgoing);
        return rows;
    }

    void Add(List<MessageRow> rows, Timeline timeline, ChatMessage message)
    {
        var time = $" {TimeOf(message),-6}";
        if (message.System is not null)
        {
            AddText(rows, message.Seq, time, CellText.Wrap($"* {message.Text}", _room), null, Look.Dim, "");
            return;
        }

        AddQuote(rows, timeline, message);
        var name = CellText.Cut(NameOf(message), MaxNameWidth);
        var behind = $"{ChangeText.Behind(message with { Reactions = None })}{TickOf(message)}";
        AddText(rows, message.Seq, time, LinesOf(message, name), name, message.Recalled is null ? Look.Plain : Look.Dim, behind, message.IsOwn ? Look.OwnName : Look.Name);
        foreach (var file in message.Attachments)
            rows.Add(new([(Blank, Look.Dim), (AttachmentText.Of(file), Look.Bold)], message.Seq));
        if (message.Reactions.Count > 0)
            rows.Add(new([(Blank, Look.Dim), (string.Join("  ", message.Reactions.Select(each => $"{each.Key} {each.Value}")), Look.Dim)], message.Seq));
        if (message.Threaded is { Replies: > 0 } thread)
            rows.Add(new([(Blank, Look.Dim), ($"thread: {thread.Replies} {(thread.Replies == 1 ? "reply" : "replies")}", Look.Dim)], message.Seq));
    }

    void AddQuote(List<MessageRow> rows, Timeline timeline, ChatMessage message)
    {
        if (message.References.Reply > 0)
            rows.Add(new([(Blank, Look.Dim), ($"│ {QuoteOf(timeline, message.References.Reply)}", Look.Dim)], message.Seq));
    }

    void Add(List<MessageRow> rows, Timeline timeline, OutgoingMessage outgoing)
    {
        AddQuote(rows, timeline, outgoing.Message);
        var (state, look) = outgoing.Failure is { } reason ? ($" ✗ not sent: {reason}", Look.Error) : (" … sending", Look.Dim);
        AddText(rows, 0, $" {"--:--",-6}", CellText.Wrap($"you: {outgoing.Message.Text}", _room), "you", look, state, Look.OwnName);
    }

    void AddText(List<MessageRow> rows, long seq, string time, List<string> lines, string? name, Look look, string behind, Look nameLook = Look.Name)
    {
        for (var line = 0; line < lines.Count; line++)
        {
            var runs = new List<(string Text, Look Look)> { (line == 0 ? time : Blank, Look.Dim) };
            var text = lines[line];
            if (line == 0 && name is not null && text.StartsWith(name, StringComparison.Ordinal))
            {
                runs.Add((name, nameLook));
                text = text[name.Length..];
            }

            runs.Add((text, look));
            rows.Add(new(runs, seq));
        }

        if (behind.Length == 0)
            return;
        // The tick stands behind the last word where there is room, else below.
        if (CellText.Width(lines[^1]) + CellText.Width(behind) <= _room)
            rows[^1] = rows[^1] with { Runs = [.. rows[^1].Runs, (behind, look == Look.Error ? Look.Error : Look.Dim)] };
        else
            rows.AddRange(CellText.Wrap(behind.TrimStart(), _room).Select(text => new MessageRow([(Blank, Look.Dim), (text, look == Look.Error ? Look.Error : Look.Dim)], seq)));
    }

    List<string> LinesOf(ChatMessage message, string name)
    {
        var cached = Cache.GetValue(message, _ => new());
        if (cached.Width != _room || cached.Name != name)
        {
            var text = message.Recalled is { } recalled ? $"({_changes.TakenBack(recalled)})" : message.Text;
            (cached.Width, cached.Name, cached.Lines) = (_room, name, CellText.Wrap($"{name}: {text}", _room));
        }

        return cached.Lines;
    }

    string QuoteOf(Timeline timeline, long seq) => timeline.Find(seq) is not { } quoted ? $"#{seq}"
        : quoted.Recalled is not null ? $"#{seq} (taken back)"
        : $"{NameOf(quoted)}: {AttachmentText.With(quoted.Text, quoted.Attachments)}";

    string NameOf(ChatMessage message) => !message.IsOwn && message.SenderName.Length > 0 ? message.SenderName : model.NameOf(message.SenderId);

    string TickOf(ChatMessage message)
    {
        if (!message.IsOwn || message.Recalled is not null)
            return "";
        // In a group nobody is told how far others are.
        var peer = message.Conversation.IsGroup ? default : model.PeerOf(message.Conversation);
        return message.Seq == 0 || message.Seq > peer.Received ? " ✓" : message.Seq > peer.Read ? " ✓✓" : " ✓✓ read";
    }

    DateTime DayOf(ChatMessage message) => Local(message).Date;

    string TimeOf(ChatMessage message) => message.Timestamp == 0 ? "--:--" : $"{Local(message):HH:mm}";

    DateTimeOffset Local(ChatMessage message) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(message.Timestamp), zone);

    MessageRow Rule(string text, Look look = Look.Dim)
    {
        var line = Math.Max((width - CellText.Width(text) - 2) / 2, 1);
        return new([($"{new string('─', line)} {text} {new string('─', line)}", look)]);
    }

    static string Blank => new(' ', Indent);

    static IReadOnlyDictionary<string, int> None { get; } = new Dictionary<string, int>();

    sealed class Wrapped
    {
        public int Width { get; set; }

        public string Name { get; set; } = "";

        public List<string> Lines { get; set; } = [];
    }
}
