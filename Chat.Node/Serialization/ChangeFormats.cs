using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>The messages about changes of messages.</summary>
static class ChangeFormats
{
    public static readonly Format[] All =
    [
        new Format<ChangeMessage>(
            "cm",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.UserId);
                w.Long(m.Seq);
                w.Long((int)m.Kind);
                w.Text(m.Text);
                w.Rest(m.Mentions);
            },
            r => new ChangeMessage(r.Id(), r.Int(), r.Long(), (ChangeKind)r.Int(), r.Text()) { Mentions = r.Rest() }),
        new Format<MessageChangeAnswer>(
            "cn",
            (w, m) =>
            {
                w.Long((int)m.Error);
                w.Text(m.Reason);
                w.Long(m.Rev);
                w.Long(m.Ts);
            },
            r => new MessageChangeAnswer((ErrorCode)r.Int(), r.Text(), r.Long(), r.Long())),
        new Format<Notice>(
            "no",
            (w, m) =>
            {
                w.Long(m.Users.Count);
                foreach (var user in m.Users)
                    w.Long(user);
                w.Bytes(m.Frame.Span);
                if (m.Except != 0)
                    w.Long(m.Except); // nodes that do not know of it pass over it, and do not have that session
            },
            r => new Notice(ReadUsers(r), r.Bytes(), r.IsAtEnd ? 0 : r.Long())),
    ];

    static int[] ReadUsers(WireReader r)
    {
        var users = new int[r.Count()];
        for (var i = 0; i < users.Length; i++)
            users[i] = r.Int();
        return users;
    }
}
