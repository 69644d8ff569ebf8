using Chat.Node.Settings;

namespace Chat.Node.Web;

/// <summary>
/// Which pages may connect: those of this host, of the address at which a proxy shows it, and of the list. A browser says in <c>Origin</c>
/// what page asks; who sends none is no browser, and could send anything. Pure.
/// </summary>
sealed class OriginRule(WebSettings settings)
{
    readonly HashSet<string> _others =
        [.. settings.Origins, .. settings.PublicUrl is { } url ? [url.GetLeftPart(UriPartial.Authority)] : Array.Empty<string>()];

    /// <param name="origin">As the browser sent it; null if there is none.</param>
    /// <param name="host">Of the request: a name, perhaps with a port.</param>
    public bool Allows(string? origin, HostString host)
    {
        if (origin is null || _others.Contains(WebSettings.AnyOrigin))
            return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Host.Length > 0 && (IsAt(page, host) || _others.Contains(page.GetLeftPart(UriPartial.Authority)));
    }

    /// <summary>Whether it came over TLS is not compared: behind a proxy that ends it nobody knows.</summary>
    static bool IsAt(Uri page, HostString host) =>
        host.HasValue && string.Equals(page.Host, host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port is { } port ? page.Port == port : page.IsDefaultPort);
}
