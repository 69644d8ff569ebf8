using System.Text.Json;

namespace Chat.Protocol;

/// <summary>121: somebody is something else to the user than before.</summary>
/// <param name="Contact">Who, and what.</param>
/// <param name="Rev">That of the user's contacts since then.</param>
public sealed record ContactChangedPush(UserContact Contact, long Rev)
{
    /// <summary>The frame.</summary>
    public byte[] ToBytes() => ModernFrames.Frame(MessageKind.ContactChanged, default, writer =>
    {
        Contact.Write(writer);
        writer.WriteNumber("rev", Rev);
    });

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ContactChangedPush Of(JsonElement json) => new(UserContact.Of(json), json.OptionalNumber("rev"));
}
