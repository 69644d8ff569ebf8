using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>The messages to and from users.</summary>
static class UserFormats
{
    public static readonly Format[] All =
    [
        new Format<Deliver>(
            "d",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Incarnation);
                w.Long(m.Number);
                w.Long(m.Previous);
                w.Long(m.ConfirmedTo);
                w.Bool(m.MayBeKnown);
                w.Message(m.Message, m.Trace);
            },
            r => new Deliver(r.Int(), r.Long(), r.Long(), r.Long(), r.Long(), r.Bool(), r.Message()) { Trace = r.Trace() }),
        new Format<Attach>(
            "at",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.SessionId);
                w.Bool(m.IsModern);
                w.Bool(m.IsReattach);
                w.OptionalBytes(m.TokenHash);
            },
            r => new Attach(r.Int(), r.Long(), r.Bool(), r.Bool(), r.OptionalBytes())),
        new Format<Attached>(
            "ad2",
            (w, m) =>
            {
                w.Long(m.UserId);
                WriteRows(w, m.Offline);
                w.Bool(m.HasMore);
                WriteReferences(w, m.Offline);
            },
            r => ReadAttached(r)),
        new Format<AttachRefused>("ar2", (w, m) => w.Long(m.UserId), r => new AttachRefused(r.Int())),
        new Format<Detach>(
            "dt",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.SessionId);
            },
            r => new Detach(r.Int(), r.Long())),
        new Format<SessionReplaced>("sr", (_, _) => { }, _ => new SessionReplaced()),
        new Format<ProvePeer>("pp", (_, _) => { }, _ => ProvePeer.Instance),
        new Format<PeerProved>(
            "pq",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.SessionId);
                w.Bool(m.IsSilent);
            },
            r => new PeerProved(r.Int(), r.Long(), r.Bool())),
        new Format<GiveUpPlace>("gp", (_, _) => { }, _ => GiveUpPlace.Instance),
        new Format<OtherDevicesChanged>("si", (w, m) => w.Bool(m.SenderHasOtherDevices), r => new OtherDevicesChanged(r.Bool())),
        new Format<Push>(
            "pu",
            (w, m) =>
            {
                w.Long(m.Incarnation);
                w.Long(m.Number);
                w.Message(m.Message, m.Trace);
            },
            r => new Push(r.Long(), r.Long(), r.Message()) { Trace = r.Trace() }),
        new Format<Pushed>(
            "pd",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.SessionId);
                w.Id(m.Conversation);
                w.Long(m.Incarnation);
                w.Long(m.UpTo);
            },
            r => new Pushed(r.Int(), r.Long(), r.Id(), r.Long(), r.Long())),
        new Format<OfflinePage>("op",
            (w, m) =>
            {
                WriteRows(w, m.Offline);
                WriteReferences(w, m.Offline);
            },
            r => new OfflinePage(ReadReferences(r, ReadRows(r)))),
        new Format<OfflinePushed>(
            "of",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.SessionId);
                w.Long(m.UpTo);
            },
            r => new OfflinePushed(r.Int(), r.Long(), r.Long())),
        new Format<Received>(
            "rc",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Id(m.Conversation);
                w.Long(m.UpTo);
            },
            r => new Received(r.Int(), r.Id(), r.Long())),
        new Format<ReceivedUpTo>(
            "rc2",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Id(m.Conversation);
                w.Long(m.UpTo);
                w.Bool(m.IsKnown);
                w.Bytes(m.Ref.Span);
            },
            r => new ReceivedUpTo(r.Int(), r.Id(), r.Long(), r.Bool(), r.Bytes())),
        new Format<MarkRefused>(
            "mr",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Id(m.Conversation);
                w.Long(m.UpTo);
                w.Long((int)m.Error);
                w.Long(m.Head);
                w.Bytes(m.Ref.Span);
            },
            r => new MarkRefused(r.Int(), r.Id(), r.Long(), (ErrorCode)r.Int(), r.Long(), r.Bytes())),
        new Format<ReceivedQueued>(
            "rq",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.RowId);
            },
            r => new ReceivedQueued(r.Int(), r.Long())),
        new Format<ReadUpTo>(
            "ru",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Id(m.Conversation);
                w.Long(m.UpTo);
            },
            r => new ReadUpTo(r.Int(), r.Id(), r.Long())),
        new Format<SentUpTo>(
            "se",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Sent.Count);
                foreach (var (conversation, seq) in m.Sent)
                {
                    w.Id(conversation);
                    w.Long(seq);
                }
            },
            r => new SentUpTo(r.Int(), ReadSent(r))),
        new Format<MarkStored>(
            "ms",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Id(m.Conversation);
                w.Long(m.Received);
                w.Long(m.Read);
            },
            r => new MarkStored(r.Int(), r.Id(), r.Long(), r.Long())),
        new Format<CheckLogin>("cl", (w, m) => w.Long(m.UserId), r => new CheckLogin(r.Int())),
        new Format<LoginChecked>("lc", (w, m) => w.Bool(m.IsAllowed), r => new LoginChecked(r.Bool())),
        new Format<LoginSucceeded>("ls", (w, m) => w.Long(m.UserId), r => new LoginSucceeded(r.Int())),
        new Format<EndSessions>(
            "es",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Generation);
            },
            r => new EndSessions(r.Int(), r.Int())),
        new Format<SessionsEnded>("ee", (w, m) => w.Long(m.UserId), r => new SessionsEnded(r.Int())),
        new Format<EndSession>(
            "eo",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Generation);
            },
            r => new EndSession(r.Int(), r.Int())),
        new Format<BanSessions>(
            "bs",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Generation);
            },
            r => new BanSessions(r.Int(), r.Int())),
        new Format<BanSession>(
            "bo",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Generation);
            },
            r => new BanSession(r.Int(), r.Int())),
        new Format<EndDevice>(
            "dv",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Registration);
            },
            r => new EndDevice(r.Int(), r.Long())),
        new Format<EndDeviceSession>(
            "dw",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Registration);
            },
            r => new EndDeviceSession(r.Int(), r.Long())),
        new Format<CheckPresence>("cp", (w, m) => w.Long(m.UserId), r => new CheckPresence(r.Int())),
        new Format<StopUser>("su", (_, _) => { }, _ => StopUser.Instance),
    ];

    static SentMark[] ReadSent(WireReader r)
    {
        var sent = new SentMark[r.Count(3)];
        for (var i = 0; i < sent.Length; i++)
            sent[i] = new SentMark(r.Id(), r.Long());
        return sent;
    }

    static Attached ReadAttached(WireReader r)
    {
        var (userId, rows, hasMore) = (r.Int(), ReadRows(r), r.Bool());
        return new Attached(userId, ReadReferences(r, rows), hasMore);
    }

    /// <summary>At the end, and only of rows that have some: readers that do not know of them pass over them.</summary>
    static void WriteReferences(WireWriter w, IReadOnlyList<QueuedMessage> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].References.IsEmpty)
                continue;
            w.Long(i);
            w.Bytes(rows[i].References.Span);
        }
    }

    static QueuedMessage[] ReadReferences(WireReader r, QueuedMessage[] rows)
    {
        while (!r.IsAtEnd)
        {
            var i = r.Int();
            if (i < 0 || i >= rows.Length)
                throw WireReader.Broken("a row is meant that was not sent");
            rows[i] = rows[i] with { References = r.Bytes() };
        }

        return rows;
    }

    static void WriteRows(WireWriter w, IReadOnlyList<QueuedMessage> rows)
    {
        w.Long(rows.Count);
        foreach (var row in rows)
        {
            w.Long(row.Id);
            w.Bool(row.Conversation is not null);
            if (row.Conversation is { } id)
                w.Id(id);
            w.Long(row.Seq);
            w.OptionalText(row.Cmid);
            w.Long(row.Ts);
            w.Bytes(row.Body.Span);
        }
    }

    static QueuedMessage[] ReadRows(WireReader r)
    {
        var rows = new QueuedMessage[r.Count(6)];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = new QueuedMessage(r.Long(), r.Bool() ? r.Id() : null, r.Long(), r.OptionalText(), r.Long(), r.Bytes());
        return rows;
    }
}
