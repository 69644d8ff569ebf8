namespace Chat.Node.Settings;

/// <summary>What requests to the product's own servers are signed with, as <see href="https://www.standardwebhooks.com">Standard Webhooks</see> has it. Pure.</summary>
static class WebhookSecret
{
    /// <summary>Bytes of a new one.</summary>
    public const int Bytes = 32;

    /// <summary>More are not used at once while one is being changed for another.</summary>
    public const int Max = 3;

    const string Prefix = "whsec_";

    /// <summary>A secret as people copy it: <c>whsec_</c> and Base64.</summary>
    public static string Format(ReadOnlySpan<byte> secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>The bytes of a secret; null if it is not Base64 of 24 to 64 bytes, with or without its prefix.</summary>
    public static byte[]? Parse(string text)
    {
        var encoded = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out var length) && length is >= 24 and <= 64 ? bytes[..length] : null;
    }
}
