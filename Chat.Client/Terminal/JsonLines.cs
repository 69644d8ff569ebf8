using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>Writes events and outcomes for programs: one JSON object a line, flushed at once. Any thread.</summary>
sealed class JsonLines(TextWriter output)
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Lock _gate = new();

    /// <summary>The first line: where the client is connected.</summary>
    public void WriteConnected(ChatEndpoint? endpoint, string? node) => WriteLine("event", "connected", json =>
    {
        json.WriteString("endpoint", endpoint?.ToString());
        json.WriteString("node", node);
    });

    public void WriteEvent(ChatEvent chatEvent)
    {
        switch (chatEvent)
        {
            case MessageReceived received:
                WriteLine("event", "message", json => WriteMessage(json, received.Message));
                break;
            case MessageChanged changed:
                WriteLine("event", "changed", json => WriteChange(json, changed));
                break;
            case MessagesMissing missing:
                WriteLine("event", "missing", json =>
                {
                    json.WriteString("conversation", missing.Conversation.ToString());
                    json.WriteNumber("first", missing.First);
                    json.WriteNumber("last", missing.Last);
                });
                break;
            case ConversationRewound rewound:
                WriteLine("event", "rewound", json =>
                {
                    json.WriteString("conversation", rewound.Conversation.ToString());
                    json.WriteNumber("from", rewound.From);
                    json.WriteNumber("to", rewound.To);
                });
                break;
            case CaughtUp:
                WriteLine("event", "caughtup", _ => { });
                break;
            case ConnectionLost lost:
                WriteLine("event", "connectionlost", json => json.WriteString("reason", lost.Reason));
                break;
            case Reconnected reconnected:
                WriteLine("event", "reconnected", json =>
                {
                    json.WriteString("endpoint", reconnected.Endpoint.ToString());
                    json.WriteString("node", reconnected.Node);
                });
                break;
            case GoingAway going:
                WriteLine("event", "goingaway", json =>
                {
                    json.WriteString("reason", going.Reason);
                    json.WriteNumber("after", (long)going.After.TotalMilliseconds);
                });
                break;
            case SettingsChanged changed:
                WriteLine("event", "settings", json => SettingsLine.Write(json, changed.Settings));
                break;
            case LoggedOut loggedOut:
                WriteLine("event", "loggedout", json =>
                {
                    json.WriteNumber("errno", (int)loggedOut.Code);
                    json.WriteString("reason", loggedOut.Reason);
                });
                break;
            default:
                if (WatchLines.Find(chatEvent) is { } line)
                    WriteLine("event", line.Name, line.Write);
                break;
        }
    }

    /// <param name="command">Which command it was.</param>
    /// <param name="line">In which line of the script; 0 for the command line's own.</param>
    /// <param name="outcome">What came of it.</param>
    public void WriteOutcome(string command, int line, CommandOutcome outcome) => WriteLine("result", command, json =>
    {
        json.WriteNumber("line", line);
        json.WriteBoolean("ok", outcome is not CommandFailed);
        WriteFields(json, outcome);
    });

    static void WriteFields(Utf8JsonWriter json, CommandOutcome outcome)
    {
        switch (outcome)
        {
            case CommandFailed failed:
                json.WriteNumber("errno", (int)failed.Code);
                json.WriteString("error", failed.Reason);
                break;
            case AccountCreated created:
                json.WriteNumber("id", created.UserId);
                json.WriteString("name", created.Name);
                break;
            case UserLoggedIn loggedIn:
                WriteLogin(json, loggedIn.Login);
                break;
            case MessageSent { Message: var sent }:
                json.WriteString("conversation", sent.Conversation.ToString());
                json.WriteNumber("seq", sent.Seq);
                json.WriteNumber("ts", sent.Timestamp);
                json.WriteString("cmid", sent.Cmid);
                break;
            case MessageChangeStored stored:
                json.WriteString("conversation", stored.Conversation.ToString());
                json.WriteNumber("seq", stored.Seq);
                json.WriteNumber("rev", stored.Change.Rev);
                json.WriteNumber("ts", stored.Change.Timestamp);
                break;
            case GroupCreated group:
                json.WriteNumber("groupid", group.GroupId);
                json.WriteString("groupname", group.Name);
                break;
            case HistoryFetched history:
                WriteArray(json, "messages", history.Page.Messages, WriteMessage);
                json.WriteBoolean("more", history.Page.HasMore);
                if (history.Peer is { } peer)
                    WatchLines.WritePeer(json, peer);
                break;
            case ConversationsListed listed:
                WatchLines.Write(json, listed.Page, WriteMessage);
                break;
            case MessagesFound found:
                WatchLines.Write(json, found.Reply);
                break;
            case ContactsListed listed:
                WriteArray(json, "users", listed.Users, (_, user) => WriteUser(json, user.Id, user.Name, user.WasOnline));
                break;
            case GroupsListed listed:
                WriteGroups(json, listed.Groups);
                break;
            case SettingsShown shown:
                SettingsLine.Write(json, shown.Settings);
                break;
            case CommandDone done:
                json.WriteString("text", done.Text);
                break;
            case StatusShown status:
                json.WriteBoolean("connected", status.IsConnected);
                json.WriteString("endpoint", status.Endpoint?.ToString());
                json.WriteString("node", status.Node);
                if (status.UserId is { } id)
                    json.WriteNumber("id", id);
                json.WriteString("name", status.Name);
                break;
            default:
                ListLines.Write(json, outcome);
                break;
        }
    }

    static void WriteLogin(Utf8JsonWriter json, LoginResult login)
    {
        json.WriteNumber("id", login.Id);
        json.WriteString("name", login.Name);
        WriteArray(json, "friends", login.Friends, (_, friend) => WriteUser(json, friend.Id, friend.Name, friend.IsOnline));
        WriteGroups(json, login.Groups);
    }

    static void WriteGroups(Utf8JsonWriter json, IReadOnlyList<Protocol.GroupEntry> groups) => WriteArray(json, "groups", groups, (_, group) =>
    {
        json.WriteNumber("id", group.Id);
        json.WriteString("groupname", group.Name);
        json.WriteString("groupdesc", group.Description);
        WriteArray(json, "users", group.Members, (_, member) => WriteUser(json, member.Id, member.Name, member.IsOnline));
    });

    static void WriteUser(Utf8JsonWriter json, int id, string name, bool isOnline)
    {
        json.WriteNumber("id", id);
        json.WriteString("name", name);
        json.WriteString("state", isOnline ? "online" : "offline");
    }

    static void WriteMessage(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteString("conversation", message.Conversation.ToString());
        json.WriteNumber("seq", message.Seq);
        json.WriteNumber("id", message.SenderId);
        json.WriteString("name", message.SenderName);
        json.WriteString("text", message.Text);
        json.WriteNumber("ts", message.Timestamp);
        json.WriteString("time", message.Time);
        json.WriteString("cmid", message.Cmid);
        json.WriteBoolean("own", message.IsOwn);
        if (message.System is { } system)
            json.WriteString("system", system.Change);
        message.References.WriteMembers(json);
        if (message.Rev == 0)
            return;
        json.WriteNumber("rev", message.Rev);
        if (message.Edited > 0)
            json.WriteNumber("edited", message.Edited);
        WriteState(json, message.Recalled, message.IsPinned, message.Reactions, message.Mine);
    }

    /// <summary>What is left out did not change.</summary>
    static void WriteChange(Utf8JsonWriter json, MessageChanged change)
    {
        json.WriteString("conversation", change.Conversation.ToString());
        json.WriteNumber("seq", change.Seq);
        json.WriteNumber("rev", change.Rev);
        if (change.By > 0)
            json.WriteNumber("by", change.By);
        if (change.Text is { } text)
        {
            json.WriteString("text", text);
            json.WriteNumber("edited", change.Edited);
        }

        WriteState(json, change.Recalled, change.IsPinned, change.Reactions, change.Mine);
        if (change.Who.Count == 0)
            return;
        WriteArray(json, "who", change.Who, (_, news) =>
        {
            json.WriteNumber("id", news.UserId);
            json.WriteString(news.IsTakenBack ? "unreact" : "react", news.Emoji);
        });
    }

    static void WriteState(
        Utf8JsonWriter json, Protocol.Recalled? recalled, bool? isPinned, IReadOnlyDictionary<string, int>? reactions, IReadOnlyList<string>? mine)
    {
        if (recalled is not null)
        {
            json.WriteStartObject("recalled");
            json.WriteNumber("by", recalled.By);
            json.WriteNumber("ts", recalled.Timestamp);
            json.WriteEndObject();
        }

        if (isPinned is { } pinned)
            json.WriteBoolean("pinned", pinned);
        if (reactions is not null)
        {
            json.WriteStartObject("reactions");
            foreach (var (emoji, count) in reactions)
                json.WriteNumber(emoji, count);
            json.WriteEndObject();
        }

        if (mine is null)
            return;
        json.WriteStartArray("mine");
        foreach (var emoji in mine)
            json.WriteStringValue(emoji);
        json.WriteEndArray();
    }

    public static void WriteArray<T>(Utf8JsonWriter json, string key, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(key);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    void WriteLine(string kind, string name, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString(kind, name);
            write(json);
            json.WriteEndObject();
        }

        lock (_gate)
        {
            output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n");
            output.Flush();
        }
    }
}
