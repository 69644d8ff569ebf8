using System.Text.Json;

namespace Chat.Protocol;

readonly record struct RequestToken(int Start, int Length, JsonTokenType Type)
{
    public bool IsMissing => Length == 0;
}

/// <summary>One pass over an object: where the known keys' values are, and what else was seen.</summary>
ref struct RequestFields(byte[] frame, bool isSpaced, Span<RequestToken> tokens)
{
    readonly byte[] _frame = frame;
    readonly Span<RequestToken> _tokens = tokens;

    public readonly byte[] Frame => _frame;

    public RequestRef Ref { get; private set; }

    /// <summary>Whether there are keys that are no part of a message.</summary>
    public bool HasOthers { get; private set; }

    /// <summary>Whether the object could stand as it is in a log: compact, sorted, no needless escapes.</summary>
    public bool IsCanonical { get; private set; } = !isSpaced;

    /// <summary>Whether some string is escaped more than JSON demands.</summary>
    public bool HasLooseEscapes { get; } =
        frame.AsSpan().Contains((byte)'\\') && (frame.AsSpan().IndexOf("\\u"u8) >= 0 || frame.AsSpan().IndexOf("\\/"u8) >= 0);

    public readonly RequestToken this[RequestKey key] => _tokens[(int)key];

    public readonly ReadOnlyMemory<byte> Bytes(RequestKey key)
    {
        var token = _tokens[(int)key];
        return _frame.AsMemory(token.Start, token.Length);
    }

    /// <summary>Fills the tokens; a request comes back only if something is wrong.</summary>
    /// <exception cref="JsonException">Not valid JSON.</exception>
    public Request? Scan()
    {
        _tokens.Clear();
        if (HasLooseEscapes)
            IsCanonical = false;
        var reader = new Utf8JsonReader(_frame, new JsonReaderOptions { MaxDepth = FrameReader.DefaultMaxDepth + 1 });
        reader.Read();
        ReadOnlySpan<byte> previous = default;
        InvalidRequest? problem = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueIsEscaped ? Unescape(ref reader) : reader.ValueSpan;
            var key = RequestKeys.Find(name);
            if (previous.SequenceCompareTo(name) >= 0 || RequestKeys.IsStripped(key))
                IsCanonical = false;
            previous = name;
            HasOthers |= !RequestKeys.IsOfMessage(key);

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var type = reader.TokenType;
            if (!SkipValue(ref reader))
                problem ??= Invalid($"{Shown(name)} has a number that is out of range: at most 1.7e308 is expected");
            if (key == RequestKey.Other)
                continue;
            if (!this[key].IsMissing)
                problem ??= Invalid($"\"{RequestKeys.NameOf(key)}\" is there twice: once is expected");
            _tokens[(int)key] = new RequestToken(start, (int)reader.BytesConsumed - start, type);
        }

        while (reader.Read())
        {
            // To the end: trailing bytes are a JsonException.
        }

        return ReadRef() ?? problem;
    }

    InvalidRequest? ReadRef()
    {
        var token = this[RequestKey.Ref];
        if (token.IsMissing)
            return null;
        var bytes = Bytes(RequestKey.Ref);
        if (RequestRef.IsValid(bytes.Span))
        {
            Ref = new RequestRef(bytes);
            return null;
        }

        return Invalid($"\"ref\" must be an integer or a string of at most {RequestRef.MaxBytes} bytes");
    }

    /// <summary>The name of a key as a message repeats it; one that no request has may be anything.</summary>
    static string Shown(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= 32 && !name.ContainsAnyExceptInRange((byte)'_', (byte)'z') ? $"\"{System.Text.Encoding.ASCII.GetString(name)}\"" : "a key";

    static ReadOnlySpan<byte> Unescape(scoped ref Utf8JsonReader reader)
    {
        var buffer = new byte[reader.ValueSpan.Length];
        return buffer.AsSpan(0, reader.CopyString(buffer));
    }

    /// <summary>Stands on the value's last token afterwards; false if a number does not fit a double.</summary>
    static bool SkipValue(ref Utf8JsonReader reader)
    {
        var isFinite = IsFinite(ref reader);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return isFinite;
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
            isFinite &= IsFinite(ref reader);
        return isFinite;
    }

    static bool IsFinite(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.Number || reader.ValueSpan.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && reader.ValueSpan.Length < 300
        || (reader.TryGetDouble(out var value) && double.IsFinite(value));

    public static InvalidRequest Invalid(string reason) => new(ErrorCode.Malformed, reason);
}
