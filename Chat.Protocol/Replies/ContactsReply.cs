using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 119: contacts as they are now, in the order in which they changed.</summary>
/// <param name="Contacts">They, each with the rev at which it changed last.</param>
/// <param name="Rev">To be asked with the next time.</param>
/// <param name="HasMore">Whether to ask again at once.</param>
public sealed record ContactsReply(IReadOnlyList<(UserContact Contact, long Rev)> Contacts, long Rev, bool HasMore)
{
    /// <summary>The frame; what does not fit is left for the next one.</summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes)
    {
        var room = maxFrameBytes - 128 - requestRef.Token.Length;
        var tokens = ModernFrames.Fitting(Contacts, entry => JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            entry.Contact.Write(writer);
            writer.WriteEndObject();
        }), ref room);
        var isCut = tokens.Count < Contacts.Count;
        return ModernFrames.Success(requestRef, writer =>
        {
            writer.WriteNumber("rev", isCut && tokens.Count > 0 ? Contacts[tokens.Count - 1].Rev : Rev);
            ModernFrames.WriteRawArray(writer, "contacts", tokens);
            if (HasMore || isCut)
                writer.WriteBoolean("more", true);
        });
    }

    /// <summary>Written by <see cref="ToBytes"/>; the contacts do not have their revs.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ContactsReply Of(JsonElement json) =>
        new([.. json.OptionalItems("contacts").Select(entry => (UserContact.Of(entry), 0L))], json.OptionalNumber("rev"), json.IsSet("more"));
}
