using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>
/// Events and snapshots as they are stored. A manifest is a name and a version; both and the order of fields are frozen.
/// A changed meaning gets the next version, and the ones before stay readable.
/// </summary>
sealed class PersistedSerializer : SerializerWithStringManifest
{
    public const int FrozenId = 1008;

    static readonly Format[] Formats =
    [
        new Format<PresenceChosen>("presence-1", (w, m) => w.Bool(m.Presence == PresencePrivacy.Nobody), r => new PresenceChosen(ReadPresence(r))),
        new Format<ConversationMuted>("mute-1", (w, m) => w.Id(m.Conversation), r => new ConversationMuted(r.Id())),
        new Format<ConversationUnmuted>("unmute-1", (w, m) => w.Id(m.Conversation), r => new ConversationUnmuted(r.Id())),
        new Format<ConversationPinned>("pin-1", (w, m) => w.Id(m.Conversation), r => new ConversationPinned(r.Id())),
        new Format<ConversationUnpinned>("unpin-1", (w, m) => w.Id(m.Conversation), r => new ConversationUnpinned(r.Id())),
        new Format<ReceiptsChosen>("receipts-1", (w, m) => w.Bool(m.Hides), r => new ReceiptsChosen(r.Bool())),
        new Format<UserSettingsSnapshot>("settings-1", WriteSnapshot, ReadSnapshot),
        new Format<HidingSettingsSnapshot>("hiding-settings-1", (w, m) => WriteSnapshot(w, m.Rest), r => new HidingSettingsSnapshot(ReadSnapshot(r))),
    ];

    static readonly Dictionary<Type, Format> ByType = Formats.ToDictionary(format => format.Type);
    static readonly Dictionary<string, Format> ByManifest = Formats.ToDictionary(format => format.Manifest);

    public PersistedSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    public override int Identifier => FrozenId;

    public override string Manifest(object o) => FormatOf(o).Manifest;

    public override byte[] ToBinary(object obj)
    {
        var writer = new WireWriter();
        FormatOf(obj).Write(writer, obj);
        return writer.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest) =>
        ByManifest.TryGetValue(manifest, out var format)
            ? format.Read(new WireReader(bytes))
            : throw new SerializationException(
                $"what is stored as \"{manifest}\" is not known to this version: a newer one has written it, upgrade this node");

    static void WriteSnapshot(WireWriter writer, UserSettingsSnapshot snapshot)
    {
        writer.Bool(snapshot.Presence == PresencePrivacy.Nobody);
        SettingsFormats.Write(writer, snapshot.Muted);
        SettingsFormats.Write(writer, snapshot.Pinned);
    }

    static UserSettingsSnapshot ReadSnapshot(WireReader reader) => new(ReadPresence(reader), SettingsFormats.ReadIds(reader), SettingsFormats.ReadIds(reader));

    static PresencePrivacy ReadPresence(WireReader reader) => reader.Bool() ? PresencePrivacy.Nobody : PresencePrivacy.Everyone;

    static Format FormatOf(object stored) =>
        ByType.TryGetValue(stored.GetType(), out var format)
            ? format
            : throw new SerializationException($"{stored.GetType()} has no manifest");
}
