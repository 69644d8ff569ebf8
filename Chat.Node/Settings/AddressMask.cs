using System.Text.RegularExpressions;

namespace Chat.Node.Settings;

/// <summary>An address without what may be secret in it: user and password, and the query, where some servers want a key. Other texts stay as they are. Pure.</summary>
static partial class AddressMask
{
    /// <summary>In place of a secret.</summary>
    public const string Hidden = "***";

    public static string Of(string text) => Secrets().Replace(text, found =>
        $"{found.Groups["scheme"].Value}{(found.Groups["user"].Success ? $"{Hidden}@" : "")}{found.Groups["place"].Value}{(found.Groups["query"].Success ? $"?{Hidden}" : "")}");

    [GeneratedRegex(@"^(?<scheme>\s*[a-z][a-z0-9+.-]*:/*)(?<user>[^/?#]*@)?(?<place>[^?#]*)(?<query>[?#].*)?$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.Singleline, 1000)]
    private static partial Regex Secrets();
}
