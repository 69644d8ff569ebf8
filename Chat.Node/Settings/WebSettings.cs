using System.Net;

namespace Chat.Node.Settings;

/// <summary>The port for browsers: <c>Chat:WebPort</c> and what goes with it.</summary>
sealed record WebSettings
{
    /// <summary>0 = any free one; null: there is none.</summary>
    public int? Port { get; init; } = 8000;

    public int? TlsPort { get; init; }

    public bool IsOn => Port is not null || TlsPort is not null;

    /// <summary>Where browsers find this server when something stands in front of it.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Who is believed when it says for whom it asks.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Pages of other hosts that may connect, as browsers write an origin; <see cref="AnyOrigin"/> for all of them.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    public bool Compresses { get; init; }

    /// <summary>Whether <c>/</c> is the chat page, where people register and log in.</summary>
    public bool HasPage { get; init; } = true;

    public const string AnyOrigin = "*";
}
