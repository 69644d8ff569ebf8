using Chat.Node.Settings;

namespace Chat.Node.Auth;

/// <summary>Somebody whose tokens log users in, and its keys.</summary>
sealed record TokenIssuer(IssuerSettings Settings, IIssuerKeys Keys)
{
    public static TokenIssuer Of(IssuerSettings settings, Func<HttpClient> client, TimeProvider clock, ILogger logger) => new(settings, settings.Source switch
    {
        IssuerKeySource.Secret => FixedKey.OfSecret(settings.Key),
        IssuerKeySource.PublicKey => FixedKey.OfPem(settings.Key),
        _ => new JwksKeys(new Uri(settings.Key), client(), clock, logger),
    });
}
