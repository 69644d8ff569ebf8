using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>
/// 1: by <c>id</c> or <c>name</c> with <c>password</c>, by <c>token</c>, or by <c>jwt</c>. What else is given must belong to the same user.
/// </summary>
public sealed record LoginRequest(int? Id, string? Name, string? Password, string? Token) : Request
{
    /// <summary>The longest <c>jwt</c>, in bytes.</summary>
    public const int MaxJwtBytes = 8192;

    /// <summary>A token (JWT) that the product has given its user.</summary>
    public string? Jwt { get; init; }

    /// <summary>The device that the client runs on; null: it does not say.</summary>
    public LoginDevice? Device { get; init; }

    /// <summary>What is wrong with the device that the client names; null: nothing. It counts from version 3 on.</summary>
    public string? DeviceProblem { get; init; }

    internal override int Number => MessageKind.Login;

    /// <summary>Everything that says who it is, whether it is needed or not: the login must not be anybody else's.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!OptionalString(ref fields, RequestKey.Token, out var token))
            return NoString(ref fields, RequestKey.Token);
        if (!OptionalString(ref fields, RequestKey.Jwt, out var jwt, MaxJwtBytes))
            return NoString(ref fields, RequestKey.Jwt, MaxJwtBytes);
        if (!OptionalInteger(ref fields, RequestKey.Id, int.MinValue, int.MaxValue, out var id))
            return NoInteger(RequestKey.Id);
        if (!OptionalString(ref fields, RequestKey.Name, out var name))
            return NoString(ref fields, RequestKey.Name);
        if (token is null && jwt is null && id is null && name is null)
            return Invalid("a login needs \"id\" or \"name\" with \"password\", or \"token\" alone, or \"jwt\" alone");
        if (!OptionalString(ref fields, RequestKey.Password, out var password) || (password ?? token ?? jwt) is null)
            return NoString(ref fields, RequestKey.Password);
        var (device, problem) = LoginDevice.Read(fields.Frame);
        return new LoginRequest((int?)id, name, password, token) { Jwt = jwt, Device = device, DeviceProblem = problem };
    }

    /// <summary>Never shows a secret.</summary>
    public override string ToString() => $"{nameof(LoginRequest)} {{ Id = {Id}, Name = {Name} }}";

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        Device?.Write(writer);
        if (Jwt is not null)
        {
            if (Id is { } expected)
                writer.WriteNumber("id", expected);
            writer.WriteText("jwt", Jwt);
            return;
        }

        if (Token is not null)
        {
            writer.WriteText("token", Token);
            return;
        }

        if (Id is { } id)
            writer.WriteNumber("id", id);
        else
            writer.WriteText("name", Name ?? "");
        writer.WriteText("password", Password ?? "");
    }
}
