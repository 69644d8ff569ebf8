using System.Text.Json;
using Chat.Protocol;

namespace Chat.Tests.Client;

/// <summary>The messages that come on one connection to a <see cref="FakeChatServer"/>.</summary>
sealed class FakePosts(FakeChatServer server)
{
    readonly Dictionary<ConversationId, string> _refused = [];

    public void Accept(FakeConnection connection, int user, SendMessageRequest send)
    {
        var body = send.BuildBody(new ChatSender(user, server.Store.NameOf(user))).Bytes;
        using var document = JsonDocument.Parse(body);
        var text = document.RootElement.GetProperty("msg").GetString()!;
        var conversation = send.IsGroup ? ConversationId.Group(send.TargetId) : ConversationId.Direct(user, send.TargetId);
        if (!send.IsGroup && !server.Store.HasUser(send.TargetId))
        {
            connection.Fail(send, ErrorCode.NotFound);
            return;
        }

        // As the real one: behind a refusal everything is refused until the refused one comes again.
        if (_refused.TryGetValue(conversation, out var refused) && refused != send.Cmid)
        {
            connection.Fail(send, ErrorCode.Unavailable);
            return;
        }

        if (server.PostsToRefuse > 0)
        {
            server.PostsToRefuse--;
            _refused[conversation] = send.Cmid!;
            connection.Fail(send, ErrorCode.Unavailable);
            return;
        }

        _refused.Remove(conversation);
        var (message, isNew) = server.Store.Append(user, conversation, text, send.Cmid!);
        if (server.AcksToSwallow > 0)
            server.AcksToSwallow--;
        else
            connection.Send(ModernFrames.Accepted(send.Ref, conversation, message.Seq, message.Timestamp));
        if (isNew)
            server.Push(message, except: conversation.A == conversation.B ? null : connection);
    }
}
