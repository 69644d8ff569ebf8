using System.Text.Json;

namespace Chat.Protocol;

/// <summary>The device that a client runs on, as its login says.</summary>
/// <param name="Id">Chosen by the client once, and kept: unique among the user's devices.</param>
/// <param name="Name">For people; counts when the device is new.</param>
/// <param name="Platform">What kind of device it is.</param>
public sealed record LoginDevice(string Id, string? Name = null, string? Platform = null)
{
    /// <summary>The device in a login, and what is wrong with it; neither if there is none.</summary>
    internal static (LoginDevice? Device, string? Problem) Read(byte[] frame)
    {
        if (frame.AsSpan().IndexOf("device"u8) < 0 && !frame.AsSpan().Contains((byte)'\\'))
            return default;
        using var document = JsonDocument.Parse(frame);
        JsonElement? found = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name != "device")
                continue;
            if (found is not null)
                return (null, "\"device\" is there twice: once is expected");
            found = member.Value;
        }

        try
        {
            return found is { } value ? Read(value) : default;
        }
        catch (InvalidOperationException)
        {
            return (null, "\"device\" has a string that holds half a surrogate pair");
        }
    }

    static (LoginDevice? Device, string? Problem) Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return (null, "\"device\" must be an object with \"id\", and perhaps \"name\" and \"platform\"");
        if (value.FindRepeated("id", "name", "platform") is { } repeated)
            return (null, $"\"device.{repeated}\" is there twice: once is expected");
        string? id = null, name = null, platform = null;
        foreach (var member in value.EnumerateObject())
        {
            if (member.Name is not ("id" or "name" or "platform"))
                continue;
            if (member.Value.ValueKind != JsonValueKind.String)
                return (null, $"\"device.{member.Name}\" is not a string: one is expected");
            var text = member.Value.GetString()!;
            var problem = member.Name switch
            {
                "id" => DeviceRule.IdProblem("device.id", id = text),
                "platform" => DeviceRule.WordProblem("device.platform", platform = text),
                _ => DeviceRule.NameProblem("device.name", name = text),
            };
            if (problem is not null)
                return (null, problem);
        }

        return id is null ? (null, "\"device.id\" is missing: a string is expected") : (new LoginDevice(id, name is null ? null : NormalForm.Compose(name), platform), null);
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("device");
        writer.WriteString("id", Id);
        if (Name is { } name)
            writer.WriteText("name", name);
        if (Platform is { } platform)
            writer.WriteString("platform", platform);
        writer.WriteEndObject();
    }
}
