using System.Collections.ObjectModel;
using System.Text.Json;
using Chat.Protocol;

namespace ChatActors.Client.Messages;

/// <summary>What the wire says, in this library's words.</summary>
static class WireMapping
{
    public static ChatMessage ToMessage(this ChatPush push) => new(push.Conversation, push.Seq, push.SenderId, push.SenderName, push.Text)
    {
        Attachments = push.References.Attachments,
        Cmid = push.Cmid,
        Timestamp = push.Timestamp,
        Time = push.Time,
        OfflineId = push.OfflineId,
        System = push.System,
        References = push.References,
        Threaded = push.Threaded,
        Rev = push.State?.Rev ?? 0,
        Edited = push.State?.Edited ?? 0,
        Recalled = push.State?.Recalled,
        IsPinned = push.State?.IsPinned ?? false,
        Reactions = push.State?.Reactions ?? ReadOnlyDictionary<string, int>.Empty,
        Mine = push.State?.Mine ?? [],
    };

    public static HistoryPage ReadHistory(JsonElement reply)
    {
        var history = HistoryReply.Read(reply);
        return new([.. history.Messages.Select(ToMessage)], history.HasMore);
    }

    /// <summary>The last message of a conversation, which a list tells as a history does; null: there is none in it.</summary>
    public static ChatMessage? FindLast(ConversationSummary summary, int userId)
    {
        if (summary.Last.IsEmpty)
            return null;
        using var last = JsonDocument.Parse(summary.Last);
        var message = ChatPush.Find(last.RootElement) is { } push ? (push with { State = MessageState.Find(last.RootElement) }).ToMessage() : null;
        return message is null ? null : message with { IsOwn = message.SenderId == userId };
    }

    public static ChangeResult ReadChange(JsonElement reply)
    {
        var change = ChangeReply.Read(reply);
        return new(change.Rev, change.Timestamp);
    }

    public static LoginResult ReadLogin(JsonElement reply)
    {
        var login = LoginReply.Read(reply);
        return new(login.Id, login.Name, login.Token, login.Friends, login.Groups, login.IsTruncated);
    }

    public static ContactPage<T> ToPage<T>(this ListReply<T> list) => new(list.Entries, list.HasMore) { Seq = list.Seq };

    /// <summary>The failure in a reply, or null when it says success.</summary>
    public static ChatException? FindFailure(JsonElement reply) => ReplyFailure.Find(reply) is { } failure
        ? new ChatException(failure.Code, failure.Reason ?? $"the server answered errno {(int)failure.Code}", failure.IsRetryable)
        : null;
}
