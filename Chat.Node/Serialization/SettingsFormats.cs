using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>The messages about a user's settings.</summary>
static class SettingsFormats
{
    public static readonly Format[] All =
    [
        new Format<GetSettings>("gs", (w, m) => w.Long(m.UserId), r => new GetSettings(r.Int())),
        new Format<ChangeSettings>(
            "cs",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.SessionId);
                w.Long(m.Change.Presence is { } presence ? (int)presence + 1 : 0);
                WriteOptional(w, m.Change.Mute);
                WriteOptional(w, m.Change.Unmute);
                WriteOptional(w, m.Change.Pin);
                WriteOptional(w, m.Change.Unpin);
                if (m.Change.HidesReceipts is { } hides)
                    w.Bool(hides);
            },
            r => new ChangeSettings(r.Int(), r.Long(), new SettingsChange
            {
                Presence = r.Int() is > 0 and var presence ? (PresencePrivacy)(presence - 1) : null,
                Mute = ReadOptional(r),
                Unmute = ReadOptional(r),
                Pin = ReadOptional(r),
                Unpin = ReadOptional(r),
                HidesReceipts = r.IsAtEnd ? null : r.Bool(),
            })),
        new Format<SettingsAnswer>(
            "sa",
            (w, m) =>
            {
                w.Long((int)m.Error);
                w.Text(m.Reason);
                w.Bool(m.Settings is not null);
                if (m.Settings is { } settings)
                    Write(w, settings);
            },
            r => new SettingsAnswer((ErrorCode)r.Int(), r.Text(), r.Bool() ? ReadSettings(r) : null)),
        new Format<UserSettingsChanged>("sd", (w, m) => Write(w, m.Settings), r => new UserSettingsChanged(ReadSettings(r))),
    ];

    internal static void Write(WireWriter w, IReadOnlyList<ConversationId> ids)
    {
        w.Long(ids.Count);
        foreach (var id in ids)
            w.Id(id);
    }

    internal static ConversationId[] ReadIds(WireReader r)
    {
        var ids = new ConversationId[r.Count(2)];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = r.Id();
        return ids;
    }

    static void Write(WireWriter w, UserSettings settings)
    {
        w.Long((int)settings.Presence);
        Write(w, settings.Muted);
        Write(w, settings.Pinned);
        if (settings.HidesReceipts)
            w.Bool(true);
    }

    /// <summary>What is behind the fields of the first version is left out where it says nothing: nodes of that version pass over it.</summary>
    static UserSettings ReadSettings(WireReader r) => new((PresencePrivacy)r.Int(), ReadIds(r), ReadIds(r)) { HidesReceipts = !r.IsAtEnd && r.Bool() };

    static void WriteOptional(WireWriter w, ConversationId? id)
    {
        w.Bool(id is not null);
        if (id is { } there)
            w.Id(there);
    }

    static ConversationId? ReadOptional(WireReader r) => r.Bool() ? r.Id() : null;
}
