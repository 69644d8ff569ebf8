using Chat.Node.Contracts;

namespace Chat.Node.Serialization;

/// <summary>The messages between users and the keepers of their channels.</summary>
static class ChannelFormats
{
    public static readonly Format[] All =
    [
        new Format<HoldChannel>(
            "ch",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Bool(m.Opens);
            },
            r => new HoldChannel(r.Int(), r.Bool())),
        new Format<OpenChannel>(
            "co",
            (w, m) =>
            {
                w.Long(m.UserId);
                WriteMarks(w, m.Seen);
            },
            r => new OpenChannel(r.Int(), ReadMarks(r))),
        new Format<HoldPausedChannel>("chp", (w, m) => w.Long(m.UserId), r => new HoldPausedChannel(r.Int())),
        new Format<LeaveChannel>("cv", (w, m) => w.Long(m.UserId), r => new LeaveChannel(r.Int())),
        new Format<ChannelHeld>(
            "chd",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Node);
            },
            r => new ChannelHeld(r.Int(), r.Long())),
        new Format<ChannelLeft>(
            "clf",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Node);
                WriteMarks(w, m.Seen);
            },
            r => new ChannelLeft(r.Int(), r.Long(), ReadMarks(r))),
        new Format<CheckChannel>(
            "cc",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.Node);
            },
            r => new CheckChannel(r.Int(), r.Long())),
        new Format<AskListening>("al", (w, m) => w.Long(m.UserId), r => new AskListening(r.Int())),
        new Format<ListeningAnswer>("la", (w, m) => w.Bool(m.MayBeOurs), r => new ListeningAnswer(r.Bool())),
        new Format<QueueGrown>(
            "qg",
            (w, m) =>
            {
                w.Long(m.UserId);
                w.Long(m.RowId);
            },
            r => new QueueGrown(r.Int(), r.Long())),
    ];

    static void WriteMarks(WireWriter w, IReadOnlyList<long> marks)
    {
        w.Long(marks.Count);
        foreach (var mark in marks)
            w.Long(mark);
    }

    static long[] ReadMarks(WireReader r)
    {
        var marks = new long[r.Count()];
        for (var i = 0; i < marks.Length; i++)
            marks[i] = r.Long();
        return marks;
    }
}
