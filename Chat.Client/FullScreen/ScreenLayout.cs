using Chat.Client.Terminal;
using Chat.Protocol;

namespace Chat.Client.FullScreen;

/// <summary>
/// Puts the screen together: a bar, the list of conversations beside the messages, a line of news, the line to type in. A narrow terminal shows one of the
/// two. Pure, but for the time zone.
/// </summary>
sealed class ScreenLayout(ChatModel model, ScreenView view, TimeZoneInfo zone)
{
    /// <summary>Terminals that are narrower show the list or the messages.</summary>
    public const int WideFrom = 60;

    const int MinListWidth = 20;
    const int MaxListWidth = 32;

    /// <summary>Rows beside the list and the messages: the bar, the title, the news, the input.</summary>
    const int OtherRows = 4;

    const string Hints = "Ctrl-N/P conversation  ↑ pick  PgUp older  /help  Ctrl-C leave";
    const string NarrowHints = "Ctrl-B list  Ctrl-N/P next  /help";
    const string PickedHints = "r reply  e edit  x take back  a react  p pin  Esc";

    public Frame Draw(int width, int height, DateTimeOffset now)
    {
        var frame = new Frame(Math.Max(width, 1), Math.Max(height, 1));
        var isWide = width >= WideFrom && view.Panel is null;
        var list = isWide ? Math.Clamp(width / 4, MinListWidth, MaxListWidth) : ShowsListAlone ? width : 0;
        DrawBar(frame);
        if (list > 0)
            DrawList(frame, list, height);
        if (isWide)
        {
            for (var row = 1; row < height - 2; row++)
                frame.Put(row, list, "│", Look.Dim);
        }

        var left = isWide ? list + 2 : 0;
        if (isWide || list == 0)
        {
            DrawTitle(frame, left, now);
            DrawMessages(frame, left, width - left, Math.Max(height - OtherRows, 1));
        }

        DrawNews(frame, height - 2, isWide, now);
        DrawInput(frame, height - 1);
        return frame;
    }

    /// <summary>Whether a narrow terminal shows the list.</summary>
    bool ShowsListAlone => view.Panel is null && (view.ShowsList || model.Selected is null) && model.UserId > 0;

    void DrawBar(Frame frame)
    {
        var who = model.UserId > 0 ? $"{model.Contacts.NameOf(model.UserId)} · " : "";
        var unread = model.Unread > 0 ? $" {model.Unread} unread " : "";
        var room = frame.Width - CellText.Width(unread);
        frame.Put(0, 0, $"{CellText.Fit($" {who}{model.Connection}", Math.Max(room, 0))}{unread}", model.IsConnected ? Look.Bar : Look.Selected);
    }

    void DrawList(Frame frame, int width, int height)
    {
        var entries = model.Conversations;
        var shown = Math.Max((height - OtherRows + 1) / 2, 1);
        // The one that is looked at is among those that are seen.
        var at = entries.ToList().FindIndex(entry => entry.Id == model.Selected);
        var top = Math.Max(at - shown + 1, 0);
        var row = 1;
        foreach (var entry in entries.Skip(top).Take(shown))
        {
            DrawEntry(frame, row, width, entry);
            row += 2;
        }

        if (entries.Count == 0)
            frame.Put(1, 1, model.UserId > 0 ? "no conversations yet" : "", Look.Dim, width - 1);
    }

    void DrawEntry(Frame frame, int row, int width, ConversationRow entry)
    {
        var isSelected = entry.Id == model.Selected;
        var count = entry.Mentions > 0 ? $"@{entry.Mentions} {entry.Unread}" : entry.Unread > 0 ? $"{entry.Unread}" : entry.IsMarked ? "●" : "";
        var name = $"{(isSelected ? '>' : ' ')}{(entry.IsPinned ? "*" : "")}{(entry.IsMuted ? "~" : "")}{model.NameOf(entry.Id)}";
        var room = width - CellText.Width(count) - 2;
        frame.Put(row, 0, CellText.Fit(name, room), isSelected ? Look.Selected : entry.Unread > 0 ? Look.Bold : Look.Plain);
        frame.Put(row, room + 1, count, entry.IsMuted ? Look.Dim : Look.Alert);
        frame.Put(row + 1, 2, PreviewOf(entry), Look.Dim, width - 3);
    }

    string PreviewOf(ConversationRow entry)
    {
        if (entry.Draft.Length > 0 && entry.Id != model.Selected)
            return $"draft: {entry.Draft}";
        if (entry.Last is not { } last)
            return "";
        if (last.Recalled is not null)
            return "(taken back)";
        var who = last.IsOwn ? "you: " : last.System is null && last.Conversation.IsGroup ? $"{last.SenderName}: " : "";
        return $"{who}{AttachmentText.With(last.Text, last.Attachments)}";
    }

    void DrawTitle(Frame frame, int left, DateTimeOffset now)
    {
        if (view.Panel is not null)
        {
            frame.Put(1, left, "Esc closes, PgUp and PgDn scroll", Look.Dim);
            return;
        }

        if (model.Selected is not { } selected)
            return;
        var column = frame.Put(1, left, model.NameOf(selected), Look.Bold);
        if (!selected.IsGroup && model.PresenceOf(selected.Other(model.UserId)) is { } presence)
            column = frame.Put(1, column, $" · {presence.ToText()}", Look.Dim);
        if (TypingText(selected, now) is { Length: > 0 } typing)
            frame.Put(1, column, $" · {typing}", Look.OwnName);
    }

    string TypingText(ConversationId selected, DateTimeOffset now)
    {
        var typing = model.TypingIn(selected, now);
        return typing.Count switch
        {
            0 => "",
            1 => $"{model.NameOf(typing[0])} is writing…",
            2 => $"{model.NameOf(typing[0])} and {model.NameOf(typing[1])} are writing…",
            _ => $"{typing.Count} are writing…",
        };
    }

    void DrawMessages(Frame frame, int left, int width, int page)
    {
        view.Resize(page);
        if (view.Panel is { } panel)
        {
            var lines = panel.SelectMany(line => CellText.Wrap(line, width)).ToList();
            view.ResizePanel(lines.Count);
            for (var row = 0; row < page && view.PanelTop + row < lines.Count; row++)
                frame.Put(2 + row, left, lines[view.PanelTop + row]);
            return;
        }

        if (model.Timeline is not { } timeline)
            return;
        var rows = view.Window(new MessageRows(model, width, zone).Of(timeline));
        // Few messages stand at the bottom, where the next one comes.
        var first = 2 + page - rows.Count;
        for (var at = 0; at < rows.Count; at++)
            DrawRow(frame, first + at, left, rows[at]);
        if (rows.Count == 0)
            frame.Put(2, left, timeline.IsLoaded ? "nothing was said here yet" : "loading", Look.Dim);
    }

    void DrawRow(Frame frame, int row, int left, MessageRow message)
    {
        var isPicked = message.Seq > 0 && message.Seq == view.Picked;
        var column = left;
        foreach (var (text, look) in message.Runs)
        {
            // Each row begins with an empty cell: the mark is seen without colours too.
            column = frame.Put(row, column, isPicked && column == left ? $">{text[1..]}" : text, isPicked ? Look.Selected : look);
        }
    }

    void DrawNews(Frame frame, int row, bool isWide, DateTimeOffset now)
    {
        var below = view is { Below: > 0, Panel: null } ? $"{view.Below} rows below, End: newest  " : "";
        var (text, look) = view.Notice.Length > 0 ? (view.Notice, view.IsError ? Look.Error : Look.Plain)
            : view.Picked > 0 ? (PickedHints, Look.Dim)
            : !isWide && ShowsListAlone && model.Selected is { } selected && TypingText(selected, now) is { Length: > 0 } typing ? (typing, Look.OwnName)
            : ($"{below}{(isWide ? Hints : NarrowHints)}", Look.Dim);
        frame.Put(row, 0, text, look);
    }

    string PromptText => view.Mode != InputMode.Line ? view.Prompt : model.Selected is { } selected ? model.NameOf(selected) : "";

    void DrawInput(Frame frame, int row)
    {
        var prompt = CellText.Cut($"{PromptText}> ", Math.Max(frame.Width / 2, 3));
        var column = frame.Put(row, 0, prompt, Look.Bold);
        // A secret is not even shown as stars: its length is nobody's business.
        var text = view.Mode == InputMode.Secret ? "" : view.Input.Text;
        var cursor = Math.Min(view.Input.Cursor, text.Length);
        var room = Math.Max(frame.Width - column - 1, 1);
        var start = 0;
        while (start < cursor && CellText.Width(text[start..cursor]) > room)
            start += start + 1 < cursor && char.IsSurrogatePair(text[start], text[start + 1]) ? 2 : 1;
        var typed = text[start..];
        frame.Put(row, column, typed, Look.Plain, room + 1);
        (frame.CursorRow, frame.CursorColumn) = (Math.Max(row, 0), Math.Min(column + CellText.Width(text[start..cursor]), frame.Width - 1));
    }
}
