using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>139: the devices on which the user is logged in.</summary>
public sealed record ListDevicesRequest : UserRequest
{
    internal override int Number => MessageKind.ListDevices;
}

/// <summary>How a device is woken.</summary>
/// <param name="Provider">Whose service does it.</param>
/// <param name="Token">The device's address there. A secret.</param>
public sealed record PushTarget(string Provider, string Token)
{
    /// <summary>Never shows a secret.</summary>
    public override string ToString() => $"{nameof(PushTarget)} {{ Provider = {Provider} }}";
}

/// <summary>140: changes a device of the user. Doing it again is harmless.</summary>
/// <param name="Device">Its id.</param>
public sealed record ChangeDeviceRequest(string Device) : UserRequest
{
    /// <summary>Another name; null: as before, empty: none.</summary>
    public string? Name { get; init; }

    /// <summary>How it is woken from now on; null: as before.</summary>
    public PushTarget? Push { get; init; }

    /// <summary>It is not woken any more.</summary>
    public bool ForgetsPush { get; init; }

    /// <summary>It is logged out, wherever it is connected, and is no device of the user any more.</summary>
    public bool Revokes { get; init; }

    internal override int Number => MessageKind.ChangeDevice;

    internal static Request Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        var (request, seen) = (new ChangeDeviceRequest(""), new HashSet<string>());
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("device" or "name" or "push" or "revoke"))
                continue;
            if (!seen.Add(member.Name))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            var problem = member.Name switch
            {
                "push" => request.ReadPush(member.Value, out request),
                "revoke" => request.ReadRevoke(member.Value, out request),
                _ => request.ReadText(member.Name, member.Value, out request),
            };
            if (problem is not null)
                return Invalid(problem);
        }

        if (request.Device.Length == 0)
            return Invalid("\"device\" is missing: the id of a device is expected");
        if (request is { Name: null, Push: null, ForgetsPush: false, Revokes: false })
            return Invalid("\"name\", \"push\" or \"revoke\" is expected");
        return request.Revokes && seen.Count > 2 ? Invalid("\"revoke\" stands alone beside \"device\": what is logged out has no name and no push") : request;
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteText("device", Device);
        if (Name is { } name)
            writer.WriteText("name", name);
        if (ForgetsPush)
        {
            writer.WriteNull("push");
        }
        else if (Push is { } push)
        {
            writer.WriteStartObject("push");
            writer.WriteText("provider", push.Provider);
            writer.WriteText("token", push.Token);
            writer.WriteEndObject();
        }

        if (Revokes)
            writer.WriteBoolean("revoke", true);
    }

    string? ReadText(string key, JsonElement value, out ChangeDeviceRequest changed)
    {
        changed = this;
        if (value.ValueKind != JsonValueKind.String)
            return $"\"{key}\" is not a string: one is expected";
        var text = value.GetString()!;
        changed = key == "device" ? this with { Device = text } : this with { Name = NormalForm.Compose(text) };
        return key == "device" ? DeviceRule.IdProblem(key, text) : DeviceRule.NameProblem(key, text);
    }

    string? ReadRevoke(JsonElement value, out ChangeDeviceRequest changed)
    {
        changed = this with { Revokes = true };
        return value.ValueKind == JsonValueKind.True ? null : "\"revoke\" must be true: what is not to be logged out is left as it is";
    }

    string? ReadPush(JsonElement value, out ChangeDeviceRequest changed)
    {
        changed = this with { ForgetsPush = value.ValueKind == JsonValueKind.Null };
        if (changed.ForgetsPush)
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            return "\"push\" must be an object with \"provider\" and \"token\", or null";
        if (value.FindRepeated("provider", "token") is { } repeated)
            return $"\"push.{repeated}\" is there twice: once is expected";
        string? provider = null, token = null;
        foreach (var member in value.EnumerateObject())
        {
            if (member.Name is not ("provider" or "token"))
                continue;
            if (member.Value.ValueKind != JsonValueKind.String)
                return $"\"push.{member.Name}\" is not a string: one is expected";
            var text = member.Value.GetString()!;
            var problem = member.Name == "provider" ? DeviceRule.WordProblem("push.provider", provider = text) : DeviceRule.TokenProblem("push.token", token = text);
            if (problem is not null)
                return problem;
        }

        if (provider is null || token is null)
            return $"\"push.{(provider is null ? "provider" : "token")}\" is missing: a string is expected";
        changed = this with { Push = new PushTarget(provider, token) };
        return null;
    }
}
