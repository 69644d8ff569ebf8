using System.Text.RegularExpressions;

namespace Chat.Node.Settings;

/// <summary>An address without what may be secret in it: user and password, and the query, where some servers want a key. Other texts stay as they are. Pure.</summary>
static partial class AddressMask
{
    /// <summary>In place of a secret.</summary>
    public const string Hidden = "***";

    public static string Of(string text) => Secrets().Replace(text, found =>
        $"{found.Groups["scheme"].Value}{(found.Groups["user"].Success ? $"{Hidden}@" : "")}{found.Groups["place"].Value}{(found.Groups["query"].Success ? $"?{Hidden}" : "")}");

    // A password may have any character, "/" and "?" too: what is in front of the last "@" is hidden, also where that is more than a browser would take for a user.
    [GeneratedRegex(@"^(?<scheme>\s*(?:[a-z][a-z0-9+.-]*:)?//|\s*[a-z0-9][\w.+-]*:(?=[^/]*@))(?<user>.*@)?(?<place>[^?#]*)(?<query>[?#].*)?$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.Singleline, 1000)]
    private static partial Regex Secrets();
}
