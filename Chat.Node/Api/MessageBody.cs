using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A message to a user or a group; every other key is kept and delivered.</summary>
/// <param name="From">The user in whose name it is sent; else the system user of the settings.</param>
/// <param name="To">The user who gets it.</param>
/// <param name="Group">The group that gets it.</param>
/// <param name="Msg">The text.</param>
/// <param name="Cmid">The id that a repetition has too, where there is no Idempotency-Key.</param>
sealed record MessageBody(int? From, int? To, int? Group, string? Msg, string? Cmid)
{
    /// <summary>What the node itself says about a message, and nobody else.</summary>
    static readonly HashSet<string> Reserved = ["msgid", "id", "name", "toid", "groupid", "ref", "conversation", "seq", "ts", "offline"];

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }

    /// <summary>What is missing or too much; null if nothing is.</summary>
    public string? Problem()
    {
        if (Msg is null)
            return "\"msg\" is missing";
        if ((To is null) == (Group is null))
            return "one of \"to\" and \"group\" is expected";
        return Others?.Keys.FirstOrDefault(Reserved.Contains) is { } key ? $"\"{key}\" is not for senders: the node says it" : null;
    }

    /// <summary>The same as the wire has it.</summary>
    public Request ToRequest(string cmid)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("msgid", Group is null ? MessageKind.DirectChat : MessageKind.GroupChat);
            writer.WriteNumber(Group is null ? "toid" : "groupid", Group ?? To ?? 0);
            writer.WriteString("msg", Msg);
            writer.WriteString("cmid", cmid);
            foreach (var (key, value) in Others ?? [])
            {
                writer.WritePropertyName(key);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return RequestReader.Read(buffer.WrittenSpan.ToArray(), isSpaced: false);
    }
}
