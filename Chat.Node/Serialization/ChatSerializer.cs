using Akka.Actor;
using Akka.Serialization;

namespace Chat.Node.Serialization;

/// <summary>
/// The one serializer of the messages that may leave a node. The manifests and the order of fields are frozen: a changed
/// meaning gets a new manifest, and the old one stays readable.
/// </summary>
sealed class ChatSerializer : SerializerWithStringManifest
{
    public const int FrozenId = 1007;

    static readonly Dictionary<Type, Format> ByType = [];
    static readonly Dictionary<string, Format> ByManifest = [];

    static ChatSerializer()
    {
        foreach (var format in ConversationFormats.All.Concat(UserFormats.All).Concat(SettingsFormats.All).Concat(ChannelFormats.All).Concat(LinkFormats.All).Concat(WebhookFormats.All).Concat(ChangeFormats.All).Concat(WatchFormats.All).Concat(FigureFormats.All))
        {
            ByType.Add(format.Type, format);
            ByManifest.Add(format.Manifest, format);
        }
    }

    public ChatSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    public override int Identifier => FrozenId;

    public override string Manifest(object o) => FormatOf(o).Manifest;

    public override byte[] ToBinary(object obj)
    {
        var writer = WireWriter.OfThisThread();
        FormatOf(obj).Write(writer, obj);
        return writer.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest) => Read(new WireReader(bytes), manifest);

    internal static object Read(WireReader fields, string manifest) =>
        ByManifest.TryGetValue(manifest, out var format)
            ? format.Read(fields)
            : throw new System.Runtime.Serialization.SerializationException($"unknown manifest \"{manifest}\"");

    internal static Format FormatOf(object message) =>
        ByType.TryGetValue(message.GetType(), out var format)
            ? format
            : throw new System.Runtime.Serialization.SerializationException($"{message.GetType()} has no manifest");
}

/// <summary>How one type of message is written and read.</summary>
abstract record Format(string Manifest, Type Type)
{
    public abstract void Write(WireWriter writer, object message);

    public abstract object Read(WireReader reader);
}

/// <summary>The format of a message of type <typeparamref name="T"/>.</summary>
sealed record Format<T>(string Manifest, Action<WireWriter, T> WriteFields, Func<WireReader, T> ReadFields) : Format(Manifest, typeof(T))
    where T : class
{
    public override void Write(WireWriter writer, object message) => WriteFields(writer, (T)message);

    public override object Read(WireReader reader) => ReadFields(reader);
}
