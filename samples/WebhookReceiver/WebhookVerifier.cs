using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver;

/// <summary>
/// Checks that a request comes from the chat node: the rules of <see href="https://www.standardwebhooks.com">Standard Webhooks</see>.
/// </summary>
/// <param name="secrets">As the API has told them, <c>whsec_…</c>: more than one while you change them.</param>
/// <param name="time">The clock, which a recorded request that is sent again does not fit.</param>
sealed class WebhookVerifier(IEnumerable<string> secrets, TimeProvider time)
{
    static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    readonly byte[][] _keys = [.. secrets.Select(secret => Convert.FromBase64String(secret.Replace("whsec_", "", StringComparison.Ordinal)))];

    /// <summary>What is wrong with a request; null if nothing is.</summary>
    /// <param name="headers">With <c>webhook-id</c>, <c>webhook-timestamp</c> and <c>webhook-signature</c>.</param>
    /// <param name="body">The bytes as they came: not what a parser has made of them.</param>
    public string? FindFault(IHeaderDictionary headers, byte[] body)
    {
        var (id, timestamp, signatures) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString());
        if (id.Length == 0 || !long.TryParse(timestamp, out var seconds))
            return "webhook-id and webhook-timestamp are needed";
        if (Math.Abs(time.GetUtcNow().ToUnixTimeSeconds() - (decimal)seconds) > (decimal)Tolerance.TotalSeconds)
            return "the time is more than 5 minutes off";
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = _keys.Select(key => Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
        var given = signatures.Split(' ').Select(Encoding.ASCII.GetBytes).ToList();
        return expected.Any(one => given.Exists(other => CryptographicOperations.FixedTimeEquals(one, other))) ? null : "no signature fits";
    }
}
