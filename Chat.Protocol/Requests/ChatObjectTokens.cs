using System.Text;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// The parts of a chat object as it was sent, and three ways to make the body of it: the bytes as they are (already
/// canonical), the known tokens in order (no other keys), or a sorted rewrite (everything else).
/// </summary>
sealed class ChatObjectTokens
{
    static readonly byte[] TimePlaceholder = "\"0000-00-00 00:00:00\""u8.ToArray();

    readonly byte[] _raw;
    readonly bool _isCanonical;
    readonly ReadOnlyMemory<byte> _text;
    readonly ReadOnlyMemory<byte> _name;
    readonly ReadOnlyMemory<byte> _time;
    readonly SortedDictionary<string, byte[]>? _members;

    /// <summary>Tokens are slices of <paramref name="raw"/>, quotes included; empty when missing.</summary>
    public ChatObjectTokens(
        byte[] raw, bool isCanonical, ReadOnlyMemory<byte> text, ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> time)
    {
        _raw = raw;
        _isCanonical = isCanonical;
        _text = text;
        _name = name;
        _time = time;
    }

    /// <summary>The members to keep, canonical values by key.</summary>
    ChatObjectTokens(SortedDictionary<string, byte[]> members)
    {
        _raw = [];
        _members = members;
        _name = members.GetValueOrDefault("name");
        _time = members.GetValueOrDefault("time");
    }

    /// <summary>Reads the object again, member by member, and drops the keys that only we use.</summary>
    /// <param name="raw">The object.</param>
    /// <param name="withReferences">Whether keys that say what a message refers to are the sender's own.</param>
    /// <exception cref="InvalidOperationException">A string holds half a surrogate pair.</exception>
    public static ChatObjectTokens Rewrite(byte[] raw, bool withReferences = true)
    {
        using var document = JsonDocument.Parse(raw);
        var members = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (!RequestKeys.IsStripped(RequestKeys.Find(Encoding.UTF8.GetBytes(member.Name))) && (withReferences || !MessageReferences.IsKey(member.Name)))
                members[member.Name] = JsonText.Canonical(member.Value);
        }

        return new ChatObjectTokens(members);
    }

    public bool NameIsMissingOr(string name)
    {
        if (_name.IsEmpty)
            return true;
        var token = _name.Span;
        if (!token.Contains((byte)'\\'))
            return Ascii.Equals(token[1..^1], name) || Encoding.UTF8.GetString(token[1..^1]) == name;
        var reader = new Utf8JsonReader(token);
        return reader.Read() && reader.ValueTextEquals(name);
    }

    public ChatBody Compose(bool isGroup, int targetId, ChatSender sender)
    {
        if (_isCanonical)
            return new ChatBody(_raw, 0);
        if (_members is not null)
            return ComposeMembers(_members, sender);

        var name = _name.IsEmpty ? sender.NameToken : _name;
        var time = _time.IsEmpty ? TimePlaceholder : _time;
        Span<byte> target = stackalloc byte[32];
        var targetLength = 0;
        ChatBody.PutNumber(target, ref targetLength, isGroup ? "\"groupid\":"u8 : "\"toid\":"u8, targetId);
        target = target[..targetLength];

        var size = 64 + targetLength + sender.IdToken.Length + _text.Length + name.Length + time.Length;
        var body = GC.AllocateUninitializedArray<byte>(size);
        var at = 0;
        ChatBody.Put(body, ref at, "{"u8);
        if (isGroup)
        {
            ChatBody.Put(body, ref at, target);
            ChatBody.Put(body, ref at, ","u8);
        }

        ChatBody.Put(body, ref at, "\"id\":"u8);
        ChatBody.Put(body, ref at, sender.IdToken.Span);
        ChatBody.Put(body, ref at, ",\"msg\":"u8);
        ChatBody.Put(body, ref at, _text.Span);
        ChatBody.Put(body, ref at, isGroup ? ",\"msgid\":10,\"name\":"u8 : ",\"msgid\":6,\"name\":"u8);
        ChatBody.Put(body, ref at, name.Span);
        ChatBody.Put(body, ref at, ",\"time\":"u8);
        var timeAt = _time.IsEmpty ? at + 1 : 0;
        ChatBody.Put(body, ref at, time.Span);
        if (!isGroup)
        {
            ChatBody.Put(body, ref at, ","u8);
            ChatBody.Put(body, ref at, target);
        }

        ChatBody.Put(body, ref at, "}"u8);
        return new ChatBody(body.AsMemory(0, at), timeAt);
    }

    ChatBody ComposeMembers(SortedDictionary<string, byte[]> kept, ChatSender sender)
    {
        var members = new SortedDictionary<string, byte[]>(kept, StringComparer.Ordinal);
        members.TryAdd("id", sender.IdToken.ToArray());
        members.TryAdd("name", sender.NameToken.ToArray());
        members.TryAdd("time", TimePlaceholder);
        var timeAt = 0;
        using var body = new MemoryStream();
        foreach (var (key, value) in members)
        {
            body.Write(body.Length == 0 ? "{"u8 : ","u8);
            body.Write(JsonText.Quote(key));
            body.Write(":"u8);
            if (_time.IsEmpty && key == "time")
                timeAt = (int)body.Length + 1;
            body.Write(value);
        }

        body.Write("}"u8);
        return new ChatBody(body.ToArray(), timeAt);
    }
}
