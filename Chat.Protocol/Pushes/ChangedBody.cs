using System.Buffers;
using System.Text.Json;

namespace Chat.Protocol;

/// <summary>What becomes of a canonical body (<see cref="ChatBody"/>) when its message is edited or recalled.</summary>
public static class ChangedBody
{
    /// <summary>All that is told of a message that cannot be told.</summary>
    internal static readonly byte[] Empty = "{\"msg\":\"\"}"u8.ToArray();

    /// <summary>The same object with another text.</summary>
    public static byte[] WithText(ReadOnlySpan<byte> body, string text) => Rewrite(body, JsonText.Quote(text), static (in reader) => true);

    /// <summary>The same object with an empty text, and without the keys that its sender made up: they may tell as much as the text.</summary>
    public static byte[] WithoutText(ReadOnlySpan<byte> body) => Rewrite(body, "\"\""u8, IsOfMessage);

    /// <summary>The object without the keys that its sender made up. What cannot be read is an object with nothing in it.</summary>
    internal static byte[] WithoutOwnKeys(ReadOnlySpan<byte> body) => TryRewrite(body, default, IsOfMessage);

    /// <summary>The same without the word that what does not fit is missing, which only the server says where it is so (<see cref="DeliveredMessage"/>).</summary>
    internal static byte[] WithoutMark(ReadOnlySpan<byte> body) => TryRewrite(body, default, static (in reader) => !reader.ValueTextEquals("truncated"u8));

    /// <summary>The same with less of its text, so that it is shorter by so many bytes, or has no text.</summary>
    internal static byte[] WithShorterText(ReadOnlySpan<byte> body, int bytes)
    {
        string text;
        try
        {
            text = TextOf(body);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            text = "";
        }

        var room = body.Length - TryRewrite(body, "\"\""u8, static (in reader) => true).Length + 2 - bytes; // as it is written there, which need not be our way
        var (length, used) = (0, 2); // the quotes
        foreach (var rune in text.EnumerateRunes())
        {
            used += JsonText.Quote(rune.ToString()).Length - 2;
            if (used > room)
                break;
            length += rune.Utf16SequenceLength;
        }

        return TryRewrite(body, JsonText.Quote(text[..length]), static (in reader) => true);
    }

    /// <summary>
    /// The object without keys that say in a history what has become of a message (<see cref="MessageState"/>): those are the server's, and a sender may
    /// have written anything there. What cannot be read stays as it is.
    /// </summary>
    public static ReadOnlySpan<byte> WithoutState(ReadOnlySpan<byte> body)
    {
        try
        {
            return HasKey(body, MessageState.IsKey) ? Rewrite(body, default, IsKept) : body;
        }
        catch (JsonException)
        {
            return body; // somebody has written into the log
        }

        static bool IsKept(in Utf8JsonReader reader) => !MessageState.IsKey(reader);
    }

    /// <summary>
    /// The object without keys that say what a message refers to (<see cref="MessageReferences"/>): to clients of version 3 only the server says that, and
    /// a client of version 2 may have written anything there.
    /// </summary>
    public static ReadOnlySpan<byte> WithoutReferences(ReadOnlySpan<byte> body)
    {
        if (!MessageReferences.MayHaveKey(body))
            return body;
        try
        {
            return HasKey(body, MessageReferences.IsKey) ? Rewrite(body, default, static (in reader) => !MessageReferences.IsKey(reader)) : body;
        }
        catch (JsonException)
        {
            return body; // somebody has written into the log
        }
    }

    /// <summary>The text of a body as its sender wrote it; empty if it has none.</summary>
    public static string TextOf(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isText = reader.ValueTextEquals("msg"u8);
            reader.Read();
            if (isText)
                return reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
            reader.Skip();
        }

        return "";
    }

    static bool IsOfMessage(in Utf8JsonReader reader) => RequestKeys.IsOfMessage(KeyOf(reader));

    static byte[] TryRewrite(ReadOnlySpan<byte> body, ReadOnlySpan<byte> text, KeyTest isKept)
    {
        try
        {
            return Rewrite(body, text, isKept);
        }
        catch (JsonException)
        {
            return Empty; // somebody has written into the table
        }
    }

    static bool HasKey(ReadOnlySpan<byte> body, KeyTest isWanted)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (isWanted(reader))
                return true;
            reader.Skip();
        }

        return false;
    }

    static RequestKey KeyOf(in Utf8JsonReader reader) => reader.ValueIsEscaped ? RequestKey.Other : RequestKeys.Find(reader.ValueSpan);

    /// <param name="body">An object.</param>
    /// <param name="text">In place of its text, as a token; empty: the text stays.</param>
    /// <param name="isKept">Whether a key stays.</param>
    static byte[] Rewrite(ReadOnlySpan<byte> body, ReadOnlySpan<byte> text, KeyTest isKept)
    {
        var buffer = new ArrayBufferWriter<byte>(body.Length + text.Length);
        var reader = new Utf8JsonReader(body);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isText = !text.IsEmpty && KeyOf(reader) == RequestKey.Msg;
            var stays = isKept(reader);
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!stays)
                continue;
            buffer.Write(buffer.WrittenCount == 0 ? "{"u8 : ","u8);
            buffer.Write(isText ? body[start..value] : body[start..(int)reader.BytesConsumed]);
            if (isText)
                buffer.Write(text);
        }

        buffer.Write(buffer.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Asked about a key, where the reader stands.</summary>
    delegate bool KeyTest(in Utf8JsonReader reader);
}
