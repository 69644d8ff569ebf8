using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>The messages to and from conversations.</summary>
static class ConversationFormats
{
    public static readonly Format[] All =
    [
        new Format<Post>(
            "p",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.SessionId);
                w.Long(m.Number);
                w.Long(m.Previous);
                w.Long(m.AnsweredTo);
                w.Long(m.Epoch);
                w.Long(m.Sender);
                w.Text(m.Cmid);
                w.Bytes(m.Body.Span);
                w.Long(m.TimeOffset);
                w.Bool(m.SenderHasOtherDevices);
                w.Rest(m.References, m.Trace);
            },
            r => new Post(r.Id(), r.Long(), r.Long(), r.Long(), r.Long(), r.Int(), r.Int(), r.Text(), r.Bytes(), r.Int(), r.Bool()) { References = r.Rest(), Trace = r.Trace() }),
        new Format<PostAccepted>(
            "pa",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.Number);
                w.Long(m.Seq);
                w.Long(m.Ts);
            },
            r => new PostAccepted(r.Id(), r.Long(), r.Long(), r.Long())),
        new Format<PostRefused>(
            "pr",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.Number);
                w.Long((int)m.Error);
                w.Text(m.Reason);
                if (m.Until != 0)
                    w.Long(m.Until); // nodes that do not know of it pass over it
            },
            r => new PostRefused(r.Id(), r.Long(), (ErrorCode)r.Int(), r.Text(), r.IsAtEnd ? 0 : r.Long())),
        new Format<ResendPosts>(
            "rp",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.After);
            },
            r => new ResendPosts(r.Id(), r.Long())),
        new Format<MembersChanged>(
            "mc",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.UserId);
            },
            r => new MembersChanged(r.Id(), r.Int())),
        new Format<ReloadMembers>("lm", (w, m) => w.Id(m.Conversation), r => new ReloadMembers(r.Id())),
        new Format<MembersKnown>("mk", (w, m) => w.Id(m.Conversation), r => new MembersKnown(r.Id())),
        new Format<ResumeFanOut>("rf", (w, m) => w.Id(m.Conversation), r => new ResumeFanOut(r.Id())),
        new Format<FanOutFinished>("ff", (w, m) => w.Id(m.Conversation), r => new FanOutFinished(r.Id())),
        new Format<DeliveryConfirmed>(
            "dc",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.UserId);
                w.Long(m.Incarnation);
                w.Long(m.UpTo);
            },
            r => new DeliveryConfirmed(r.Id(), r.Int(), r.Long(), r.Long())),
        new Format<ResendDeliveries>(
            "rd",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.UserId);
                w.Long(m.Incarnation);
                w.Long(m.After);
            },
            r => new ResendDeliveries(r.Id(), r.Int(), r.Long(), r.Long())),
        new Format<Import>(
            "im",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.Recipient);
                w.Long(m.Sender);
                w.Long(m.Source);
                w.Long(m.Number);
                w.Bytes(m.Digest.Span);
                w.Bytes(m.Body.Span);
            },
            r => new Import(r.Id(), r.Int(), r.Int(), r.Long(), r.Long(), r.Bytes(), r.Bytes())),
        new Format<Imported>(
            "id",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.Recipient);
                w.Long(m.Source);
                w.Long(m.Number);
                w.OptionalText(m.Refusal);
            },
            r => new Imported(r.Id(), r.Int(), r.Long(), r.Long(), r.OptionalText())),
        new Format<StopConversation>("sc", (_, _) => { }, _ => StopConversation.Instance),
    ];
}
