using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Chat.Protocol;

/// <summary>
/// Reads one object (found by <see cref="FrameReader"/>) into a <see cref="Request"/>. Never throws for bad input: what
/// is wrong with it comes back as an <see cref="InvalidRequest"/>.
/// </summary>
public static class RequestReader
{
    /// <summary>Reads a frame; <paramref name="isSpaced"/> is <see cref="FrameReader.IsSpaced"/>.</summary>
    public static Request Read(in ReadOnlySequence<byte> frame, bool isSpaced) => Read(frame.ToArray(), isSpaced);

    /// <summary>The same for bytes that the request may keep.</summary>
    public static Request Read(byte[] frame, bool isSpaced)
    {
        if (!Utf8.IsValid(frame))
        {
            return new InvalidRequest(ErrorCode.Malformed, "the object is not valid UTF-8")
            {
                Ref = FindRef(new ReadOnlySequence<byte>(frame)),
            };
        }

        var fields = new RequestFields(frame, isSpaced, stackalloc RequestToken[(int)RequestKey.Count]);
        try
        {
            var request = fields.Scan() ?? RequestParser.Build(ref fields);
            if (request is InvalidRequest invalid)
                request = invalid with { Conversation = RequestParser.FindConversation(ref fields) };
            return request.Ref.IsNone && !fields.Ref.IsNone ? request with { Ref = fields.Ref } : request;
        }
        catch (JsonException e)
        {
            return new InvalidRequest(ErrorCode.Malformed, $"the object is not valid JSON at byte {e.BytePositionInLine}") { Ref = RefOf(fields) };
        }
        catch (InvalidOperationException)
        {
            return new InvalidRequest(ErrorCode.Malformed, "a string holds half a surrogate pair") { Ref = RefOf(fields) };
        }
    }

    /// <summary>
    /// The <c>ref</c> in the first bytes of an object that is too large to be read whole, so that its sender can still
    /// tell which request failed.
    /// </summary>
    public static RequestRef FindRef(in ReadOnlySequence<byte> beginning)
    {
        var reader = new Utf8JsonReader(beginning, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                // An escaped key is not compared: half a surrogate pair in it would throw.
                if (reader is not { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1, ValueIsEscaped: false } || !reader.ValueTextEquals("ref"u8))
                    continue;
                return reader.Read() && reader.TokenType is JsonTokenType.Number or JsonTokenType.String
                    ? ToRef(beginning.Slice(reader.TokenStartIndex, reader.BytesConsumed - reader.TokenStartIndex).ToArray())
                    : default;
            }
        }
        catch (JsonException)
        {
            // Not JSON either: there is no ref to find.
        }

        return default;
    }

    /// <summary>The scan may have ended before it could tell.</summary>
    static RequestRef RefOf(in RequestFields fields) =>
        fields.Ref.IsNone ? FindRef(new ReadOnlySequence<byte>(fields.Frame)) : fields.Ref;

    static RequestRef ToRef(byte[] token) => RequestRef.IsValid(token) && Utf8.IsValid(token) ? new RequestRef(token) : default;

    internal static int CodePoints(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    /// <summary>The bytes of a JSON string in UTF-8, escapes undone.</summary>
    internal static int Utf8Length(ReadOnlySpan<byte> token)
    {
        if (!token.Contains((byte)'\\'))
            return token.Length - 2;
        var length = 0;
        for (var i = 1; i < token.Length - 1;)
        {
            if (token[i] != '\\')
            {
                length++;
                i++;
            }
            else if (token[i + 1] != 'u')
            {
                length++;
                i += 2;
            }
            else
            {
                // Half of a surrogate pair counts for half of its four bytes.
                length += Utf8Parser.TryParse(token.Slice(i + 2, 4), out ushort unit, out _, 'x') ? unit switch { < 0x80 => 1, < 0x800 => 2, >= 0xD800 and < 0xE000 => 2, _ => 3 } : 0;
                i += 6;
            }
        }

        return length;
    }

    internal static int Utf8Length(byte[] canonicalToken)
    {
        var reader = new Utf8JsonReader(canonicalToken);
        reader.Read();
        return Encoding.UTF8.GetByteCount(reader.GetString()!);
    }
}
