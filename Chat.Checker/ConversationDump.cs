using System.Text.RegularExpressions;
using Chat.Checker.Checking;
using Chat.Checker.Population;

namespace Chat.Checker;

/// <summary>Everything that is known of the conversations in which something went wrong: for the one who looks for the reason.</summary>
static partial class ConversationDump
{
    const int MaxConversations = 20;

    public static async Task WriteAsync(string folder, Observations seen, IEnumerable<Violation> violations, RunClock clock)
    {
        var names = violations.SelectMany(violation => Name().Matches(violation.Text)).Select(match => match.Value).Distinct().Take(MaxConversations).ToHashSet();
        foreach (var conversation in seen.Members.Keys.Where(conversation => names.Contains(conversation.ToString())))
        {
            await using var file = new StreamWriter(Path.Combine(folder, $"conversation-{conversation.ToString().Replace(':', '-')}.txt"));
            foreach (var row in seen.Log.Where(row => row.Conversation == conversation))
                await file.WriteLineAsync($"log #{row.Seq} message {row.Number} of user {row.Sender} ts {DateTimeOffset.FromUnixTimeMilliseconds(row.Ts):HH:mm:ss.fff}");
            for (var i = 0; i < seen.Connections.Count; i++)
            {
                var connection = seen.Connections[i];
                var who = $"user {connection.User} device {connection.Device} connection {i} ({(connection.IsModern ? "modern" : "legacy")})";
                await WriteAsync(file, $"{who} push", connection.Pushes.Where(push => push.Conversation == conversation), clock);
                await WriteAsync(file, $"{who} caught up", connection.CaughtUp.Where(push => push.Conversation == conversation), clock);
            }
        }
    }

    static async Task WriteAsync(StreamWriter file, string who, IEnumerable<Sighting> sightings, RunClock clock)
    {
        foreach (var sighting in sightings)
            await file.WriteLineAsync($"{who} #{sighting.Seq} message {sighting.Number} of user {sighting.Sender} at {clock.TimeOfDay(sighting.At)}");
    }

    [GeneratedRegex(@"\b(d:\d+:\d+|g:\d+)\b", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Name();
}
