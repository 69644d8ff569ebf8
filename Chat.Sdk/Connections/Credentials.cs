using Chat.Protocol;

namespace ChatActors.Client.Connections;

/// <summary>With what to log in: the token when there is one, else a token of the product, else id or name with the password.</summary>
sealed record Credentials
{
    public int? UserId { get; init; }

    public string? Name { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    /// <summary>The application gives tokens (JWT) for the user.</summary>
    public bool HasTokenSource { get; init; }

    /// <summary>Such a token, for one login.</summary>
    public string? Jwt { get; init; }

    public LoginRequest ToRequest() => new(UserId, Name, Password, Token) { Jwt = Token is null ? Jwt : null };

    /// <summary>The password instead of the token, if the application gave one.</summary>
    public Credentials? WithoutToken() => Password is null ? null : this with { Token = null };

    /// <summary>Never shows a secret.</summary>
    public override string ToString() => $"{nameof(Credentials)} {{ {UserId?.ToString() ?? Name ?? "token"} }}";
}
