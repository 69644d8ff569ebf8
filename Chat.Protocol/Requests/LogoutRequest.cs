namespace Chat.Protocol;

/// <summary>3: log out; the resume token is revoked.</summary>
public sealed record LogoutRequest : UserRequest
{
    internal override int Number => MessageKind.Logout;
}
