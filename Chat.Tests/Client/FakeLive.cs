using System.Collections.Concurrent;
using Chat.Protocol;

namespace Chat.Tests.Client;

/// <summary>Receipts, the list, presence and typing of a <see cref="FakeChatServer"/>: it says what a test tells it to.</summary>
sealed class FakeLive
{
    /// <summary>What the list of everybody has.</summary>
    public ConcurrentBag<ConversationSummary> Listed { get; } = [];

    /// <summary>How everybody is who is not offline.</summary>
    public ConcurrentDictionary<int, PresenceState> States { get; } = [];

    /// <summary>Why a list of whom to watch is refused.</summary>
    public Func<WatchRequest, ErrorCode> RefuseWatch { get; set; } = _ => ErrorCode.None;

    /// <summary>Why typing is refused.</summary>
    public ErrorCode TypingRefusal { get; set; }

    /// <param name="connection">Who asks.</param>
    /// <param name="user">As whom.</param>
    /// <param name="request">For what.</param>
    /// <param name="lastOf">The newest message of a conversation, as it is pushed; empty: there is none.</param>
    public void Handle(FakeConnection connection, int user, Request request, Func<ConversationId, byte[]> lastOf)
    {
        switch (request)
        {
            case GetReceiptsRequest receipts:
                connection.Send(new ReceiptsReply(1, 1, 0, [new(user + 1, receipts.Seq, 0)], HasMore: false).ToBytes(request.Ref, 65536));
                break;
            case ListConversationsRequest list:
                connection.Send(new ConversationsReply(
                    [.. Listed.Where(entry => entry.IsArchived == list.Archived).OrderByDescending(entry => entry.Head).Take(list.Limit)
                        .Select(entry => entry.Last.IsEmpty ? entry with { Last = lastOf(entry.Conversation) } : entry)], 7, HasMore: false)
                    .ToBytes(request.Ref, 65536));
                break;
            case ChangeConversationRequest:
                connection.Send(ModernFrames.Success(request.Ref));
                break;
            case WatchRequest watch:
                Answer(connection, request, RefuseWatch(watch), () => new WatchReply(
                    [.. watch.Users.Select(id => new PresenceEntry(id, States.GetValueOrDefault(id)))], []).ToBytes(request.Ref, 65536));
                break;
            case TypingRequest:
                Answer(connection, request, TypingRefusal, () => ModernFrames.Success(request.Ref));
                break;
        }
    }

    static void Answer(FakeConnection connection, Request request, ErrorCode refusal, Func<byte[]> answer) => connection.Send(
        refusal == ErrorCode.None ? answer() : ModernFrames.Failure(MessageKind.Reply, request.Ref, refusal, refusal.ToString()));
}
