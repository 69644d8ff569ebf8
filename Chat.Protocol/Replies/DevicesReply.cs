using System.Text.Json;

namespace Chat.Protocol;

/// <summary>A device on which a user is logged in.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">For people; may be empty.</param>
/// <param name="Platform">What kind of device it is; may be empty.</param>
/// <param name="Seen">When it was here last, to within some minutes, in milliseconds since 1970, UTC.</param>
public sealed record UserDevice(string Id, string Name, string Platform, long Seen)
{
    /// <summary>It is the one that asks.</summary>
    public bool IsHere { get; init; }

    /// <summary>It can be woken.</summary>
    public bool HasPush { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("device", Id);
        if (Name.Length > 0)
            writer.WriteText("name", Name);
        if (Platform.Length > 0)
            writer.WriteString("platform", Platform);
        writer.WriteNumber("seen", Seen);
        if (HasPush)
            writer.WriteBoolean("push", true);
        if (IsHere)
            writer.WriteBoolean("here", true);
        writer.WriteEndObject();
    }
}

/// <summary>102 to 139.</summary>
/// <param name="Devices">The one that was here last comes first.</param>
public sealed record DevicesReply(IReadOnlyList<UserDevice> Devices)
{
    /// <summary>The frame; what does not fit is left out.</summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes)
    {
        var room = maxFrameBytes - 128 - requestRef.Token.Length;
        var tokens = ModernFrames.Fitting(Devices, device => JsonText.Write(device.Write), ref room);
        return ModernFrames.Success(requestRef, writer =>
        {
            ModernFrames.WriteRawArray(writer, "devices", tokens);
            if (tokens.Count < Devices.Count)
                writer.WriteBoolean("truncated", true);
        });
    }

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static DevicesReply Of(JsonElement json) => new(
    [
        .. json.OptionalItems("devices").Select(entry => new UserDevice(
            entry.OptionalText("device") ?? "", entry.OptionalText("name") ?? "", entry.OptionalText("platform") ?? "", entry.OptionalNumber("seen"))
        {
            IsHere = entry.IsSet("here"),
            HasPush = entry.IsSet("push"),
        }),
    ]);
}
