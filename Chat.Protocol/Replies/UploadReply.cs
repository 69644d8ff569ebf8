using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 138: where the bytes of a file go.</summary>
/// <param name="Attachment">The id of the file.</param>
/// <param name="Put">The address to PUT them to, without the server: a secret.</param>
/// <param name="Until">Until when, in milliseconds since 1970, UTC.</param>
public sealed record UploadReply(string Attachment, string Put, long Until)
{
    /// <summary>Where to get it once it has come, for some hours; empty: the server has not said.</summary>
    public string Url { get; init; } = "";

    /// <summary>The frame.</summary>
    public byte[] ToBytes(RequestRef requestRef) => ModernFrames.Success(requestRef, writer =>
    {
        writer.WriteString("attachment", Attachment);
        writer.WritePropertyName("put");
        writer.WriteRawValue(JsonText.Quote(Put), skipInputValidation: true);
        writer.WriteNumber("until", Until);
        if (Url.Length > 0)
            writer.WriteText("url", Url);
    });

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static UploadReply Of(JsonElement json) =>
        new(json.OptionalText("attachment") ?? "", json.OptionalText("put") ?? "", json.OptionalNumber("until")) { Url = json.OptionalText("url") ?? "" };
}
