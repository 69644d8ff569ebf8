using Microsoft.IdentityModel.Tokens;

namespace Chat.Node.Auth;

/// <summary>Whether keys that are known may be looked for once more.</summary>
enum KeyRenewal
{
    /// <summary>There will never be others.</summary>
    Never,

    /// <summary>They are as they are now.</summary>
    Fresh,

    /// <summary>There may be others by now, and nobody can say: they were fetched a moment ago, or are not to be had.</summary>
    Stale,
}

/// <summary>The keys of an issuer. Safe from any thread.</summary>
interface IIssuerKeys
{
    /// <summary>By which algorithms it may sign: what its kind of key is for, whatever a token says.</summary>
    IReadOnlyList<string> Algorithms { get; }

    /// <summary>The keys that may have signed a token; none if there is no such key.</summary>
    /// <param name="keyId">The <c>kid</c> of the token; null if it has none.</param>
    /// <returns>Null if nobody can say: there are no keys, or none of this id, and those that are known may be old.</returns>
    ValueTask<IReadOnlyList<SecurityKey>?> FindAsync(string? keyId);

    /// <summary>None of the keys has signed a token without a <c>kid</c>: whether there may be others.</summary>
    ValueTask<KeyRenewal> RenewAsync();
}
