using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>141: a newer token for a session that was logged in with one, of the same issuer and for the same subject.</summary>
/// <param name="Jwt">The token, at most <see cref="LoginRequest.MaxJwtBytes"/> bytes.</param>
public sealed record RefreshTokenRequest(string Jwt) : UserRequest
{
    internal override int Number => MessageKind.RefreshToken;

    internal static Request Read(ref RequestFields fields) =>
        OptionalString(ref fields, RequestKey.Jwt, out var jwt, LoginRequest.MaxJwtBytes) && jwt is not null
            ? new RefreshTokenRequest(jwt)
            : NoString(ref fields, RequestKey.Jwt, LoginRequest.MaxJwtBytes);

    /// <summary>Never shows a secret.</summary>
    public override string ToString() => nameof(RefreshTokenRequest);

    internal override void WriteMembers(Utf8JsonWriter writer) => writer.WriteText("jwt", Jwt);
}
