using System.Buffers.Text;
using System.Text.Json;

namespace Chat.Checker.Population;

/// <summary>Reads an object from a node in one pass; keys that nobody looks at are skipped. Pure.</summary>
static class FrameParser
{
    public static void Parse(ReadOnlySpan<byte> json, ServerFrame frame)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        Read(ref reader, frame);
    }

    static void Read(ref Utf8JsonReader reader, ServerFrame frame)
    {
        frame.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.ValueSpan; // no key of a node has an escape
            if (key.SequenceEqual("msg"u8))
                ReadText(ref reader, frame);
            else if (key.SequenceEqual("cmid"u8))
                frame.CmidNumber = ReadCmid(ref reader);
            else if (key.SequenceEqual("conversation"u8))
                frame.Conversation = ReadConversation(ref reader);
            else if (key.SequenceEqual("messages"u8))
                ReadMessages(ref reader, frame);
            else if (key.SequenceEqual("conversations"u8))
                ReadHeads(ref reader, frame);
            else if (key.SequenceEqual("offlinemsg"u8))
                ReadOffline(ref reader, frame);
            else if (!ReadNumber(ref reader, frame, key) && !ReadOther(ref reader, frame, key))
                Skip(ref reader);
        }
    }

    static bool ReadNumber(ref Utf8JsonReader reader, ServerFrame frame, ReadOnlySpan<byte> key)
    {
        if (key.SequenceEqual("msgid"u8))
            frame.Kind = (int)Number(ref reader);
        else if (key.SequenceEqual("ref"u8))
            frame.Ref = Number(ref reader);
        else if (key.SequenceEqual("errno"u8))
            frame.Errno = (int)Number(ref reader);
        else if (key.SequenceEqual("seq"u8))
            frame.Seq = Number(ref reader);
        else if (key.SequenceEqual("ts"u8))
            frame.Ts = Number(ref reader);
        else if (key.SequenceEqual("id"u8))
            frame.Id = (int)Number(ref reader);
        else if (key.SequenceEqual("toid"u8))
            frame.ToId = (int)Number(ref reader);
        else if (key.SequenceEqual("groupid"u8))
            frame.GroupId = (int)Number(ref reader);
        else if (key.SequenceEqual("after"u8))
            frame.After = (int)Number(ref reader);
        else
            return false;
        return true;
    }

    static bool ReadOther(ref Utf8JsonReader reader, ServerFrame frame, ReadOnlySpan<byte> key)
    {
        if (key.SequenceEqual("retry"u8))
            frame.CanRetry = Next(ref reader) == JsonTokenType.True;
        else if (key.SequenceEqual("more"u8))
            frame.HasMore = Next(ref reader) == JsonTokenType.True;
        else if (key.SequenceEqual("token"u8))
            frame.Token = Text(ref reader);
        else if (key.SequenceEqual("errmsg"u8))
            frame.Reason = Text(ref reader);
        else
            return false;
        return true;
    }

    static void ReadText(ref Utf8JsonReader reader, ServerFrame frame)
    {
        frame.HasText = true;
        if (Next(ref reader) == JsonTokenType.String && !reader.ValueIsEscaped)
            frame.Number = ChaosText.Parse(reader.ValueSpan);
    }

    /// <summary>Ours is a <c>c</c> and the number; a session's own for a legacy client begins with a <c>~</c>.</summary>
    static int ReadCmid(ref Utf8JsonReader reader)
    {
        reader.Read();
        var cmid = reader.ValueSpan;
        if (cmid.Length < 2 || cmid[0] != 'c')
            return -1;
        return Utf8Parser.TryParse(cmid[1..], out int number, out var length) && length == cmid.Length - 1 ? number : -1;
    }

    static Chat.Protocol.ConversationId ReadConversation(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ConversationText.Parse(reader.ValueSpan);
    }

    static void ReadMessages(ref Utf8JsonReader reader, ServerFrame frame)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var message = new ServerFrame();
            Read(ref reader, message);
            frame.Messages.Add(message);
        }
    }

    /// <summary>Objects as text, as the legacy servers have them.</summary>
    static void ReadOffline(ref Utf8JsonReader reader, ServerFrame frame)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            var message = new ServerFrame();
            Parse(System.Text.Encoding.UTF8.GetBytes(reader.GetString()!), message);
            frame.Messages.Add(message);
        }
    }

    static void ReadHeads(ref Utf8JsonReader reader, ServerFrame frame)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            Chat.Protocol.ConversationId conversation = default;
            var head = 0L;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("conversation"u8))
                    conversation = ReadConversation(ref reader);
                else if (reader.ValueTextEquals("head"u8))
                    head = Number(ref reader);
                else
                    Skip(ref reader);
            }

            frame.Heads.Add((conversation, head));
        }
    }

    static JsonTokenType Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType;
    }

    static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : 0;
    }

    static string Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
    }

    static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
