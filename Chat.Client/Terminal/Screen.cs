using Chat.Protocol;
using ChatActors.Client;
using Spectre.Console;

namespace Chat.Client.Terminal;

/// <summary>Writes events and outcomes for people. Colours are the console's business: piped output has none.</summary>
sealed class Screen(IAnsiConsole console, Contacts contacts, Func<int?> ownId, TimeProvider timeProvider)
{
    const int PreviewLength = 60;

    readonly ChangeText _changes = new(id => id == ownId() ? "you" : contacts.NameOf(id));
    readonly TypingNotes _typing = new(timeProvider);

    public void WriteEvent(ChatEvent chatEvent)
    {
        switch (chatEvent)
        {
            case MessageReceived received:
                WriteMessage(received.Message);
                break;
            case MessageChanged changed:
                WriteNotice($"{contacts.NameOf(changed.Conversation, ownId() ?? 0)}: {_changes.Describe(changed)}", "grey");
                break;
            case MessagesMissing missing:
                var where = contacts.NameOf(missing.Conversation, ownId() ?? 0);
                WriteNotice($"messages {missing.First} to {missing.Last} of {where} no longer exist", "yellow");
                break;
            case ConversationRewound rewound:
                WriteNotice(
                    $"the server has gone back: what it showed of {contacts.NameOf(rewound.Conversation, ownId() ?? 0)} above number {rewound.To} is not there any more",
                    "yellow");
                break;
            case ConnectionLost lost:
                WriteNotice($"connection lost ({lost.Reason}), reconnecting", "yellow");
                break;
            case Reconnected reconnected:
                WriteNotice($"connected again, to {reconnected.Endpoint}", "green");
                break;
            case GoingAway going:
                WriteNotice($"the server is {going.Reason}, moving to another in {going.After.TotalSeconds:0.#} s", "grey");
                break;
            case SettingsChanged changed:
                WriteNotice("another device has changed the settings", "grey");
                WriteSettings(changed.Settings);
                break;
            case PresenceChanged presence:
                foreach (var user in presence.Users)
                    WriteNotice($"{contacts.NameOf(user.UserId)} is {user.State.ToText()}", "grey");
                break;
            case TypingChanged typing when _typing.IsNew(typing):
                WriteNotice($"{contacts.NameOf(typing.UserId)} is writing{(typing.Conversation.IsGroup ? $" in {contacts.NameOf(typing.Conversation, 0)}" : "")}", "grey");
                break;
            case GroupChanged { Change: var change } when GroupText.Of(change, contacts.NameOf(ConversationId.Group(change.GroupId), 0), contacts.NameOf) is { } text:
                WriteNotice(text, "grey");
                break;
            case ContactChanged { Contact: { State: ContactState.Asks } contact }:
                WriteNotice($"{contacts.NameOf(contact.Id)} asks to be your contact{(contact.Note is { Length: > 0 } note ? $": {note}" : "")}", "grey");
                break;
            case LoggedOut loggedOut:
                WriteNotice($"logged out by the server: {loggedOut.Reason}", "red");
                break;
        }
    }

    public void WriteOutcome(CommandOutcome outcome)
    {
        switch (outcome)
        {
            case CommandFailed failed:
                WriteNotice(failed.Code == ErrorCode.None ? failed.Reason : $"{failed.Reason} (error {(int)failed.Code})", "red");
                break;
            case CommandDone done:
                WriteNotice(done.Text, "grey");
                break;
            case AccountCreated created:
                WriteNotice($"account {created.Name} has the id {created.UserId}; now /login {created.Name}", "green");
                break;
            case UserLoggedIn loggedIn:
                WriteLogin(loggedIn.Login);
                break;
            case MessageSent sent:
                WriteLine($"[grey]{TimeOf(sent.Message.Timestamp)}[/] [green]you → {Safe(sent.Receiver)}[/]: {Safe(sent.Text)}");
                break;
            case MessageChangeStored stored:
                WriteNotice($"#{stored.Seq} is changed", "grey");
                break;
            case GroupCreated group:
                WriteNotice($"group {group.Name} has the id {group.GroupId}; others /join {group.GroupId}", "green");
                break;
            case HistoryFetched history:
                WriteHistory(history);
                break;
            case ConversationsListed listed:
                WriteList(listed.Page);
                break;
            case MessagesFound found:
                WriteFound(found.Reply);
                break;
            case ContactsListed listed:
                WriteContacts(listed.Users);
                break;
            case GroupsListed listed:
                WriteGroups(listed.Groups);
                break;
            case SettingsShown shown:
                WriteSettings(shown.Settings);
                break;
            case StatusShown status:
                WriteNotice(status.IsConnected ? $"connected to {status.Endpoint} (node {status.Node})" : "not connected, trying", "grey");
                WriteNotice(status.UserId is { } id ? $"logged in as {status.Name} (id {id})" : "not logged in", "grey");
                break;
            case HelpShown:
                WriteHelp();
                break;
            default:
                foreach (var line in ListLines.For(outcome, contacts))
                    WriteLine(Safe(line));
                break;
        }
    }

    public void WriteNotice(string text, string colour) => WriteLine($"[{colour}]{Safe(text)}[/]");

    /// <param name="message">What it is.</param>
    /// <param name="hasNumber">Whether its number is shown: it is needed to change it.</param>
    /// <param name="tick">How far it has got.</param>
    void WriteMessage(ChatMessage message, bool hasNumber = false, string tick = "")
    {
        if (message.System is not null)
        {
            WriteLine($"[grey]{TimeOf(message.Timestamp)} {Safe($"[{contacts.NameOf(message.Conversation, 0)}] {message.Text}")}[/]");
            return;
        }

        var from = message.IsOwn && message.SenderId == ownId() ? "you" : NameOf(message);
        var where = message.Conversation.IsGroup
            ? $"[blue]{Safe($"[{contacts.NameOf(message.Conversation, 0)}]")}[/] [aqua]{Safe(from)}[/]"
            : message.IsOwn ? $"[green]{Safe($"you → {contacts.NameOf(message.Conversation, message.SenderId)}")}[/]" : $"[aqua]{Safe(from)}[/]";
        var number = hasNumber && message.Seq > 0 ? $"#{message.Seq} " : "";
        var text = message.Recalled is { } recalled ? $"[grey]({Safe(_changes.TakenBack(recalled))})[/]" : $"[grey]{ChangeText.InFront(message)}[/]{Safe(AttachmentText.With(message.Text, message.Attachments))}[grey]{Safe(ChangeText.Behind(message))}[/]";
        WriteLine($"[grey]{TimeOf(message.Timestamp)} {number}[/]{where}: {text}[grey]{tick}[/]");
    }

    string NameOf(ChatMessage message) => message.SenderName.Length > 0 ? message.SenderName : contacts.NameOf(message.SenderId);

    void WriteFound(SearchReply reply)
    {
        foreach (var hit in reply.Hits)
        {
            var who = hit.Sender == ownId() ? "you" : contacts.NameOf(hit.Sender);
            WriteLine($"[grey]{DateTimeOffset.FromUnixTimeMilliseconds(hit.Ts).ToLocalTime():yyyy-MM-dd HH:mm} #{hit.Seq} {Safe(contacts.NameOf(hit.Conversation, ownId() ?? 0))}[/] [aqua]{Safe(who)}[/]: {Safe(hit.Text)}");
        }

        if (reply.Hits.Count == 0)
            WriteNotice("nothing was found", "grey");
        else if (reply.After is not null)
            WriteNotice("there are older ones: more words find them", "grey");
    }

    void WriteHistory(HistoryFetched history)
    {
        var page = history.Page;
        foreach (var message in page.Messages)
            WriteMessage(message, hasNumber: true, TickOf(message, history.Peer));
        if (page.Messages.Count == 0)
            WriteNotice("there are no messages", "grey");
        else if (page.HasMore)
            WriteNotice("there are older ones", "grey");
    }

    /// <summary>In a group nobody is told how far others are.</summary>
    static string TickOf(ChatMessage message, PeerMarks? peer) => !message.IsOwn || message.Seq == 0 || message.Recalled is not null || peer is not { } marks ? ""
        : message.Seq <= marks.Read ? " ✓✓ read"
        : message.Seq <= marks.Received ? " ✓✓"
        : " ✓";

    void WriteList(ConversationPage page)
    {
        foreach (var (summary, last) in page.Conversations)
        {
            var unread = summary.Unread > 0 ? $"  [yellow]{summary.Unread} unread[/]" : summary.IsMarked ? "  [yellow]marked as unread[/]" : "";
            var flags = $"{(summary.IsPinned ? "  pinned" : "")}{(summary.IsMuted ? "  muted" : "")}";
            var preview = summary.Draft is { Length: > 0 } draft ? $"[yellow]draft:[/] {Safe(Short(draft))}"
                : last is null ? ""
                : last.Recalled is { } recalled ? $"[grey]({Safe(_changes.TakenBack(recalled))})[/]"
                : $"{(last.IsOwn ? "[grey]you:[/] " : "")}{Safe(Short(AttachmentText.With(last.Text, last.Attachments)))}";
            WriteLine($"  [aqua]{Safe(contacts.NameOf(summary.Conversation, ownId() ?? 0))}[/]{unread}[grey]{flags}[/]  {preview}");
        }

        if (page.Conversations.Count == 0)
            WriteNotice("no conversations here", "grey");
        else if (page.HasMore)
            WriteNotice("there are others", "grey");
    }

    static string Short(string text) => text.Length <= PreviewLength ? text : $"{text[..PreviewLength]}…";

    void WriteLogin(LoginResult login)
    {
        WriteNotice($"logged in as {login.Name} (id {login.Id})", "green");
        if (login.Friends.Count > 0)
            WriteContacts([.. login.Friends.Select(friend => new ContactEntry(friend.Id, friend.Name, true, friend.IsOnline))]);
        if (login.Groups.Count > 0)
            WriteGroups(login.Groups);
        if (login.IsTruncated)
            WriteNotice("the lists were too long for one answer", "yellow");
    }

    void WriteSettings(UserSettings settings)
    {
        WriteNotice(
            settings.Presence switch
            {
                PresencePrivacy.Nobody => "nobody sees that you are online",
                PresencePrivacy.Contacts => "your contacts see when you are online",
                _ => "everyone sees when you are online",
            },
            "grey");
        WriteNotice(settings.HidesReceipts ? "nobody sees how far you have read" : "others see how far you have read", "grey");
        WriteNotice($"muted: {NamesOf(settings.Muted)}", "grey");
        WriteNotice($"pinned: {NamesOf(settings.Pinned)}", "grey");
        foreach (var same in (settings.Notify ?? new Dictionary<ConversationId, NotifyLevel>()).GroupBy(each => each.Value, each => each.Key).OrderBy(same => same.Key))
            WriteNotice($"{WordsOf(same.Key)} in: {NamesOf([.. same])}", "grey");
        if (settings.IsTruncated)
            WriteNotice("the lists were too long for one answer", "yellow");
    }

    static string WordsOf(NotifyLevel level) => level switch
    {
        NotifyLevel.All => "every message wakes you",
        NotifyLevel.None => "nothing wakes you",
        _ => "mentions alone wake you",
    };

    string NamesOf(IReadOnlyList<ConversationId> conversations) => conversations.Count == 0
        ? "none"
        : string.Join(", ", conversations.Select(id => contacts.NameOf(id, ownId() ?? 0)));

    void WriteContacts(IReadOnlyList<ContactEntry> users)
    {
        if (users.Count == 0)
            WriteNotice("nobody yet: /friend ID adds somebody", "grey");
        foreach (var user in users)
        {
            var state = user.WasOnline ? "[green]online[/]" : "[grey]offline[/]";
            WriteLine($"  {user.Id,6}  {Safe(user.Name)}  {state}{(user.IsFriend ? "  [grey]friend[/]" : "")}");
        }
    }

    void WriteGroups(IReadOnlyList<GroupEntry> groups)
    {
        if (groups.Count == 0)
            WriteNotice("no groups yet: /create NAME makes one, /join ID enters one", "grey");
        foreach (var group in groups)
        {
            var members = string.Join(", ", group.Members.Select(member => member.Name));
            WriteLine($"  {$"g:{group.Id}",6}  [blue]{Safe(group.Name)}[/]  {Safe(group.Description)}  [grey]{Safe(members)}[/]");
        }
    }

    void WriteHelp()
    {
        var width = CommandTable.All.Max(spec => spec.Usage.Length);
        foreach (var spec in CommandTable.All.Where(spec => !spec.IsForScripts))
        {
            WriteLine($"  [aqua]{Safe(spec.Usage.PadRight(width))}[/]  {Safe(spec.Summary)}");
        }

        var legacy = string.Join("  ", CommandTable.All.Select(spec => spec.LegacyUsage).OfType<string>());
        WriteLine($"The legacy forms are understood too: [aqua]{Safe(legacy)}[/]");
        WriteLine("WHO is a name or an id, GROUP too, NUMBER is that of a message. Tab completes commands and names; the arrow keys recall lines.");
    }

    string TimeOf(long timestamp)
    {
        if (timestamp == 0)
            return "--:--";
        var time = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(timestamp), timeProvider.LocalTimeZone);
        return time.Date == timeProvider.GetLocalNow().Date ? $"{time:HH:mm}" : $"{time:yyyy-MM-dd HH:mm}";
    }

    static string Safe(string text) => Markup.Escape(Printable.Text(text));

    void WriteLine(string markup) => console.MarkupLine(markup);
}
