using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>
/// What the client says it has received. A number above what this session has told it is not refused here: another device, or an earlier
/// connection, may have been told it. The user asks the log.
/// </summary>
sealed partial class SessionActor
{
    void HandleReceived(ReceivedRequest request, ChatSender user)
    {
        if (request.OfflineId is { } rowId)
        {
            HandleReceivedQueued(request, user, rowId);
            return;
        }

        var conversation = request.Conversation!.Value;
        if (!conversation.IsGroup && !conversation.IsBetween(user.Id))
        {
            Fail(request, ErrorCode.NotYours, MarkReply.NotYours(conversation));
            return;
        }

        TellUser(new ReceivedUpTo(user.Id, conversation, request.Seq, request.Seq > 0 && request.Seq <= ToldTo(conversation), request.Ref.Token));
        Finish();
    }

    void HandleReceivedQueued(ReceivedRequest request, ChatSender user, long rowId)
    {
        if (rowId > _pushes.OfflineTo)
        {
            Fail(request, ErrorCode.Malformed, $"\"offline\" {rowId} is above {_pushes.OfflineTo}, the last such number on this connection");
            return;
        }

        TellUser(new ReceivedQueued(user.Id, rowId));
        Finish();
    }

    /// <summary>What this session itself has told the client of a conversation: the last push, or the last acknowledgement.</summary>
    long ToldTo(ConversationId conversation) => Math.Max(
        _pushes.WrittenTo(conversation),
        _links.TryGetValue(conversation, out var link) ? link.LastSeq : 0);

    void OnMarkRefused(MarkRefused refused)
    {
        if (_user?.Id == refused.UserId && !_isEnding)
            Send(MarkReply.Refusal(new RequestRef(refused.Ref), refused.Conversation, refused.UpTo, refused.Error, refused.Head));
    }
}
