using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Node.Webhooks;

/// <summary>Signatures of <see href="https://www.standardwebhooks.com">Standard Webhooks</see>. Pure.</summary>
static class WebhookSignature
{
    /// <summary>The header <c>webhook-signature</c>: one signature for each secret, separated by spaces.</summary>
    /// <param name="secrets">The newest first.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: seconds since 1970, UTC.</param>
    /// <param name="body">The body of the request.</param>
    public static string Sign(IReadOnlyList<byte[]> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var signed = new byte[Encoding.UTF8.GetMaxByteCount(id.Length) + 22 + body.Length];
        var at = Encoding.UTF8.GetBytes(id, signed);
        signed[at++] = (byte)'.';
        timestamp.TryFormat(signed.AsSpan(at), out var digits, provider: CultureInfo.InvariantCulture);
        at += digits;
        signed[at++] = (byte)'.';
        body.CopyTo(signed.AsSpan(at));
        var content = signed.AsSpan(0, at + body.Length).ToArray();
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, content))}"));
    }
}
