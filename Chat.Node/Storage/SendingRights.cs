using System.Globalization;

namespace Chat.Node.Storage;

/// <summary>Why a member may not send; <c>Until</c> is when that ends, in milliseconds since 1970, UTC, or 0.</summary>
readonly record struct SendingRefusal(string Reason, long Until);

/// <summary>Who of a conversation's members may not send: those who are muted, and in some groups all who do not look after it. Pure.</summary>
/// <param name="groupId">The group.</param>
/// <param name="admins">The only ones who may; null: everybody.</param>
/// <param name="mutes">Who may not, until when; some of it may be over, or be of users who are no members.</param>
sealed class SendingRights(int groupId, IReadOnlySet<int>? admins, IReadOnlyDictionary<int, long> mutes)
{
    const long LastDate = 253402300799999;

    public static readonly SendingRights Everybody = new(0, null, new Dictionary<int, long>());

    /// <summary>Null if the member may send.</summary>
    public SendingRefusal? RefusalOf(int userId, long now)
    {
        if (admins?.Contains(userId) == false)
            return new SendingRefusal($"only the creator and the admins send to group {groupId}", 0);
        return mutes.TryGetValue(userId, out var until) && until > now ? new SendingRefusal($"you are muted in group {groupId} until {TextOf(until)}", until) : null;
    }

    static string TextOf(long until) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(until, LastDate)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
