using Chat.Node.Contracts;

namespace Chat.Node.Serialization;

/// <summary>The messages between the hubs of presence.</summary>
static class WatchFormats
{
    public static readonly Format[] All =
    [
        new Format<PresenceNews>(
            "hn",
            (w, m) =>
            {
                w.Long(m.Node);
                w.Long(m.Number);
                WriteUsers(w, m.Users);
            },
            r => new PresenceNews(r.Long(), r.Long(), ReadUsers(r))),
        new Format<AskPresence>("ha", (_, _) => { }, _ => AskPresence.Instance),
        new Format<PresencePart>(
            "hp",
            (w, m) =>
            {
                w.Long(m.Node);
                w.Long(m.Number);
                w.Long(m.Part);
                w.Long(m.Parts);
                WriteUsers(w, m.Users);
            },
            r => new PresencePart(r.Long(), r.Long(), r.Int(), r.Int(), ReadUsers(r))),
        new Format<PrivacyChanged>(
            "hc",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Bool(m.Hides);
            },
            r => new PrivacyChanged(r.Int(), r.Bool())),
        new Format<VisibilityChanged>(
            "hv",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.OtherId);
            },
            r => new VisibilityChanged(r.Int(), r.Int())),
        new Format<TypingNews>(
            "ht",
            (w, m) =>
            {
                w.Id(m.Conversation);
                w.Long(m.UserId);
                w.Bool(m.IsOn);
                w.Long(m.Members.Count);
                foreach (var member in m.Members)
                    w.Long(member);
            },
            r => new TypingNews(r.Id(), r.Int(), r.Bool(), ReadIds(r))),
        new Format<GroupReads>(
            "hg",
            (w, m) =>
            {
                w.Long(m.Readers.Count);
                foreach (var reader in m.Readers)
                {
                    w.Id(reader.Conversation);
                    w.Long(reader.UserId);
                    w.Long(reader.Read);
                }
            },
            r => new GroupReads(ReadReaders(r))),
    ];

    static GroupReader[] ReadReaders(WireReader reader)
    {
        var readers = new GroupReader[reader.Count(4)];
        for (var i = 0; i < readers.Length; i++)
            readers[i] = new GroupReader(reader.Id(), reader.Int(), reader.Long());
        return readers;
    }

    static void WriteUsers(WireWriter writer, IReadOnlyList<UserStanding> users)
    {
        writer.Long(users.Count);
        foreach (var user in users)
        {
            writer.Long(user.UserId);
            writer.Long((int)user.Standing);
        }
    }

    static UserStanding[] ReadUsers(WireReader reader)
    {
        var users = new UserStanding[reader.Count(2)];
        for (var i = 0; i < users.Length; i++)
            users[i] = new UserStanding(reader.Int(), (Standing)reader.Int());
        return users;
    }

    static int[] ReadIds(WireReader reader)
    {
        var ids = new int[reader.Count()];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = reader.Int();
        return ids;
    }
}
