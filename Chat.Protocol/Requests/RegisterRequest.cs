using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>4: create an account.</summary>
public sealed record RegisterRequest(string Name, string Password) : Request
{
    internal override int Number => MessageKind.Register;

    internal static Request Read(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.Name, out var name) || name is null)
            return NoString(ref fields, RequestKey.Name);
        return OptionalString(ref fields, RequestKey.Password, out var password) && password is not null
            ? new RegisterRequest(name, password)
            : NoString(ref fields, RequestKey.Password);
    }

    /// <summary>Never shows a secret.</summary>
    public override string ToString() => $"{nameof(RegisterRequest)} {{ Name = {Name} }}";

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteText("name", Name);
        writer.WriteText("password", Password);
    }
}
