using System.Text;

namespace Chat.Protocol;

/// <summary>
/// Names and descriptions as lists show them. What a node lets in is never cut; a database that was taken over may hold texts
/// that no frame has room for, and one of them must not hide all entries behind it.
/// </summary>
static class ListText
{
    /// <summary>A name's JSON token has at most so many bytes: more than 50 code points need.</summary>
    public const int MaxNameBytes = 512;

    /// <summary>The same for a group's description, of 200 code points.</summary>
    public const int MaxDescriptionBytes = 1024;

    /// <summary>What somebody is in a group, which is a word.</summary>
    const int MaxRoleBytes = 64;

    public static string Role(string role) => Fit(role, MaxRoleBytes);

    public static string Name(string name) => Fit(name, MaxNameBytes);

    public static string Description(string description) => Fit(description, MaxDescriptionBytes);

    static string Fit(string text, int maxBytes)
    {
        if (text.Length * 6 + 2 <= maxBytes || JsonText.Quote(text).Length <= maxBytes)
            return text;
        var fitting = new StringBuilder();
        var bytes = 2 + 3; // the quotes and the ellipsis
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += JsonText.Quote(rune.ToString()).Length - 2;
            if (bytes > maxBytes)
                break;
            fitting.Append(rune.ToString());
        }

        return fitting.Append('…').ToString();
    }
}
