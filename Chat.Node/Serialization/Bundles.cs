using Chat.Node.Contracts;

namespace Chat.Node.Serialization;

/// <summary>
/// The chat messages of a bundle, each written once: a fan-out to many users of one node, and their pushes to many sessions, carry the same one.
/// </summary>
sealed class SharedMessages
{
    /// <summary>A message is looked for among so many of the last ones.</summary>
    const int LookedBack = 8;

    readonly List<AcceptedMessage> _messages = [];

    public AcceptedMessage this[int place] => _messages[place];

    public int Count => _messages.Count;

    public void Add(AcceptedMessage message) => _messages.Add(message);

    /// <summary>Negative if it is not there; the same object counts, not an equal one.</summary>
    public int PlaceOf(AcceptedMessage message)
    {
        for (var place = _messages.Count - 1; place >= 0 && place >= _messages.Count - LookedBack; place--)
        {
            if (ReferenceEquals(_messages[place], message))
                return place;
        }

        return -1;
    }

    /// <summary>Forgets all but the first.</summary>
    public void Keep(int count) => _messages.RemoveRange(count, _messages.Count - count);
}

/// <summary>What a part of a bundle is. Parts have their length in front, so that one that is not known can be left out.</summary>
enum BundlePart
{
    /// <summary>A chat message that later parts refer to.</summary>
    AcceptedMessage,

    /// <summary>A message to an actor.</summary>
    Item,
}

/// <summary>A message in a bundle, with the paths of receiver and sender.</summary>
readonly record struct BundleItem(string Target, string Sender, IClusterMessage Message);

/// <summary>Puts messages into a <see cref="Bundle"/>.</summary>
sealed class BundleWriter
{
    readonly WireWriter _parts = new();
    readonly WireWriter _part = new();
    readonly SharedMessages _shared = new();

    public int Length => _parts.Length;

    /// <param name="target">The path of the receiver.</param>
    /// <param name="sender">The path of the sender.</param>
    /// <param name="message">What is told.</param>
    /// <exception cref="System.Runtime.Serialization.SerializationException">It has no manifest; the bundle is as it was.</exception>
    public void Add(string target, string sender, IClusterMessage message)
    {
        var format = ChatSerializer.FormatOf(message);
        var known = _shared.Count;
        var fields = WireWriter.OfThisThread();
        fields.Shared = _shared;
        format.Write(fields, message);
        for (; known < _shared.Count; known++)
        {
            _part.Clear();
            _part.Message(_shared[known]);
            Append(BundlePart.AcceptedMessage);
        }

        _part.Clear();
        _part.Text(target);
        _part.Text(sender);
        _part.Text(format.Manifest);
        _part.Bytes(fields.Written);
        Append(BundlePart.Item);
    }

    /// <summary>The bundle; what comes now goes into the next.</summary>
    public Bundle Take()
    {
        var bundle = new Bundle(_parts.ToArray());
        _parts.Clear();
        _shared.Keep(0);
        return bundle;
    }

    void Append(BundlePart kind)
    {
        _parts.Long((int)kind);
        _parts.Bytes(_part.Written);
    }
}

/// <summary>Reads what <see cref="BundleWriter"/> wrote, part by part: one that cannot be read does not harm the others.</summary>
sealed class BundleReader(Bundle bundle)
{
    readonly WireReader _parts = new(bundle.Parts);
    readonly SharedMessages _shared = new();
    BundlePart _kind;
    ReadOnlyMemory<byte> _part;

    /// <summary>Goes to the next part; false at the end.</summary>
    /// <exception cref="System.Runtime.Serialization.SerializationException">What is left has no parts.</exception>
    public bool MoveNext()
    {
        if (_parts.IsAtEnd)
            return false;
        _kind = (BundlePart)_parts.Int();
        _part = _parts.Slice();
        return true;
    }

    /// <summary>The message of this part; null if it is for later ones, or of a kind that is not known.</summary>
    /// <exception cref="System.Runtime.Serialization.SerializationException">Its manifest is not known, or it is no message of that kind.</exception>
    public BundleItem? Read()
    {
        var part = new WireReader(_part);
        switch (_kind)
        {
            case BundlePart.AcceptedMessage:
                _shared.Add(part.Message());
                return null;
            case BundlePart.Item:
                var (target, sender, manifest) = (part.Text(), part.Text(), part.Text());
                var fields = new WireReader(part.Slice()) { Shared = _shared };
                return new(target, sender, (IClusterMessage)ChatSerializer.Read(fields, manifest));
            default:
                return null;
        }
    }
}
