using System.Text;
using Chat.Bench.Checking;

namespace Chat.Bench.Load;

/// <summary>
/// The object of a message to one receiver, encoded once; each message changes only bytes of fixed places in it.
/// </summary>
sealed class MessageTemplate
{
    const string CmidPlace = "cccccccccccccccccccccc"; // run 8, number 8, flow 6: all flows' ids ascend together
    const string RefPlace = "rrrrrrrrrrrrrr"; // flow 6, number 8
    const string LegacyTime = "2026-01-02 03:04:05";

    readonly byte[] _frame;
    readonly int _textAt;
    readonly int _textBytes;
    readonly int _cmidAt;
    readonly int _refAt;
    readonly uint _run;
    readonly int _flow;
    readonly bool _hasRandomCmids;

    MessageTemplate(string frame, string text, uint run, int flow, bool hasRandomCmids = false)
    {
        _frame = Encoding.UTF8.GetBytes(frame);
        (_run, _flow, _textBytes, _hasRandomCmids) = (run, flow, text.Length, hasRandomCmids);
        _textAt = _frame.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        _cmidAt = _frame.AsSpan().IndexOf(Encoding.UTF8.GetBytes(CmidPlace));
        _refAt = _frame.AsSpan().IndexOf(Encoding.UTF8.GetBytes(RefPlace));
        if (_cmidAt < 0)
            return;
        StampedText.WriteHex(_frame.AsSpan(_cmidAt, 8), run);
        StampedText.WriteHex(_frame.AsSpan(_cmidAt + 16, 6), (ulong)flow);
        StampedText.WriteHex(_frame.AsSpan(_refAt, 6), (ulong)flow);
    }

    public int Bytes => _frame.Length;

    /// <param name="run">Of the generator: cmids and stamps of two runs differ.</param>
    /// <param name="flow">The sender's way to this target.</param>
    /// <param name="target">A user or a group.</param>
    /// <param name="isGroup">Which of them.</param>
    /// <param name="textBytes">Size of the text.</param>
    /// <param name="hasRandomCmids">The cmids do not ascend, as those of clients that draw them by lot.</param>
    public static MessageTemplate Modern(uint run, int flow, int target, bool isGroup, int textBytes, bool hasRandomCmids)
    {
        var text = new string('~', textBytes);
        var (kind, key) = isGroup ? (10, "groupid") : (6, "toid");
        return new($$"""{"msgid":{{kind}},"{{key}}":{{target}},"msg":"{{text}}","cmid":"{{CmidPlace}}","ref":"{{RefPlace}}"}""" + "\n", text, run, flow, hasRandomCmids);
    }

    /// <summary>As the legacy client writes it: keys in alphabetical order, a NUL behind.</summary>
    public static MessageTemplate Legacy(uint run, int flow, int sender, string name, int target, bool isGroup, int textBytes)
    {
        var text = new string('~', textBytes);
        return new(isGroup
            ? $$"""{"groupid":{{target}},"id":{{sender}},"msg":"{{text}}","msgid":10,"name":"{{name}}","time":"{{LegacyTime}}"}""" + "\0"
            : $$"""{"id":{{sender}},"msg":"{{text}}","msgid":6,"name":"{{name}}","time":"{{LegacyTime}}","toid":{{target}}}""" + "\0", text, run, flow);
    }

    /// <summary>Writes the object of a message; returns its length.</summary>
    public int Write(Span<byte> destination, long number, long intended)
    {
        StampedText.Write(_frame.AsSpan(_textAt, _textBytes), new(_run, _flow, number, intended));
        if (_cmidAt >= 0)
        {
            if (_hasRandomCmids)
                StampedText.WriteHex(_frame.AsSpan(_cmidAt, 16), Scatter(number));
            else
                StampedText.WriteHex(_frame.AsSpan(_cmidAt + 8, 8), (ulong)number);
            StampedText.WriteHex(_frame.AsSpan(_refAt + 6, 8), (ulong)number);
        }

        _frame.CopyTo(destination);
        return _frame.Length;
    }

    /// <summary>Another value for each number of a run, without an order (the end of SplitMix64): a message that is sent again has its cmid again.</summary>
    ulong Scatter(long number)
    {
        var mixed = ((ulong)_run << 32 | (uint)number) + (ulong)_flow * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
        return mixed ^ mixed >> 31;
    }
}
