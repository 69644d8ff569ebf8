using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>A message or an edit that was asked about: with another text it is another one. An edit has no cmid, and every message has one.</summary>
readonly record struct VerdictKey(ConversationId Conversation, int Sender, string Cmid, UInt128 Digest)
{
    public static VerdictKey Of(BeforeMessage message) => new(
        message.Conversation, message.Sender, message.Cmid, MemoryMarshal.Read<UInt128>(SHA256.HashData(message.Body.Bytes.Span)));

    public static VerdictKey Of(BeforeEdit edit) => new(
        edit.Conversation, edit.Sender, "", MemoryMarshal.Read<UInt128>(SHA256.HashData(Encoding.UTF8.GetBytes($"{edit.Seq} {edit.Text}"))));
}

/// <summary>
/// What was said about the last messages, so that one that comes again gets the same answer without a question: two generations, of which the older one
/// goes when the newer one is full. Pure, and safe from any thread.
/// </summary>
sealed class RecentVerdicts
{
    /// <summary>Of a generation.</summary>
    public const int Max = 4096;

    /// <summary>Of a generation, in bytes of texts.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    readonly Lock _lock = new();
    Dictionary<VerdictKey, (HookVerdict Verdict, long Until)> _newer = [];
    Dictionary<VerdictKey, (HookVerdict Verdict, long Until)> _older = [];
    long _bytes;

    /// <param name="key">What was asked about.</param>
    /// <param name="now">Milliseconds of a steady clock.</param>
    /// <param name="verdict">What was said.</param>
    public bool TryFind(VerdictKey key, long now, out HookVerdict verdict)
    {
        lock (_lock)
        {
            var isThere = (_newer.TryGetValue(key, out var known) || _older.TryGetValue(key, out known)) && now < known.Until;
            verdict = known.Verdict;
            return isThere;
        }
    }

    /// <param name="key">What was asked about.</param>
    /// <param name="verdict">What was said.</param>
    /// <param name="until">When it is asked again; of the same clock.</param>
    public void Add(VerdictKey key, HookVerdict verdict, long until = long.MaxValue)
    {
        lock (_lock)
        {
            if (_newer.Count >= Max || _bytes >= MaxBytes)
                (_older, _newer, _bytes) = (_newer, [], 0);
            var isNew = !_newer.ContainsKey(key);
            _newer[key] = (verdict, until);
            if (isNew)
                _bytes += (2 * verdict.Reason.Length) + (2 * (verdict.Text?.Length ?? 0));
        }
    }
}
