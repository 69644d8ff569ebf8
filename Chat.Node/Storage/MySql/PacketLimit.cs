using System.Globalization;

namespace Chat.Node.Storage.MySql;

/// <summary>
/// How large a message may be for the server to take it: <c>max_allowed_packet</c> bounds a statement. Pure, safe to use from any
/// thread; the newest connection knows best.
/// </summary>
sealed class PacketLimit
{
    /// <summary>With less the questions of a node's start would not fit.</summary>
    public const long Least = 64 * 1024;

    /// <summary>The bytes of a statement beside the texts of its rows.</summary>
    const int Overhead = 4096;

    long _packet = long.MaxValue;

    /// <summary>As the server shows it.</summary>
    public long Packet => Volatile.Read(ref _packet);

    /// <summary>The largest canonical body, in bytes. Queued it is ASCII, up to three times as long; sent as text its backslashes are doubled.</summary>
    public int LargestBody => (int)Math.Clamp((Packet - Overhead) / 7 * 2, 0, int.MaxValue / 4);

    public void Note(string shown)
    {
        if (long.TryParse(shown, NumberStyles.None, CultureInfo.InvariantCulture, out var packet))
            Volatile.Write(ref _packet, packet);
    }

    /// <summary>The packet size that the server has to allow for bodies of so many bytes.</summary>
    public static long Needed(int body) => (body * 7L + 1) / 2 + Overhead + 1;
}
