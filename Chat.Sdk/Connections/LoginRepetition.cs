namespace ChatActors.Client.Connections;

/// <summary>
/// With what a login is repeated on a new connection: its token, then the password or a token (JWT) of the application. When the server has said that
/// the login is over, only a token will do that the server has not been shown before.
/// </summary>
sealed class LoginRepetition(ChatSession session)
{
    /// <summary>Null: with nothing.</summary>
    /// <exception cref="ChatConnectionException">The application gave no token now; it may later.</exception>
    public async Task<Credentials?> FirstAsync(Credentials credentials, CancellationToken cancellationToken)
    {
        if (session.LoginOver is null)
            return credentials.Token is null && credentials.HasTokenSource ? await WithTokenAsync(credentials, cancellationToken) : credentials;
        return credentials.HasTokenSource && await session.Tokens.GetNewAsync(cancellationToken) is { } jwt ? credentials with { Token = null, Jwt = jwt } : null;
    }

    /// <summary>After a refusal; null: there is nothing else.</summary>
    /// <inheritdoc cref="FirstAsync" />
    public async Task<Credentials?> NextAsync(Credentials refused, CancellationToken cancellationToken) => refused switch
    {
        { Token: null } => null,
        { HasTokenSource: true } => await WithTokenAsync(refused, cancellationToken),
        _ => refused.WithoutToken(),
    };

    async Task<Credentials?> WithTokenAsync(Credentials credentials, CancellationToken cancellationToken) =>
        await session.Tokens.GetAsync(cancellationToken) is { } jwt ? credentials with { Token = null, Jwt = jwt } : null;
}
