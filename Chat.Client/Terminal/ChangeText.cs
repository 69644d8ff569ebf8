using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>Says for people what became of messages. Pure.</summary>
/// <param name="nameOf">What somebody is called.</param>
sealed class ChangeText(Func<int, string> nameOf)
{
    /// <summary>What a change says, such as <c>bob edited #3: hello</c>.</summary>
    public string Describe(MessageChanged change) => change switch
    {
        { Recalled: { } recalled } => $"{nameOf(recalled.By)} took #{change.Seq} back",
        { By: 0 } => $"#{change.Seq} now: {Now(change)}",
        { Text: { } text } => $"{nameOf(change.By)} edited #{change.Seq}: {text}",
        { IsPinned: { } isPinned } => $"{nameOf(change.By)} {(isPinned ? "pinned" : "unpinned")} #{change.Seq}",
        _ => $"{Reactions(change)} ({Counts(change.Reactions)})",
    };

    /// <summary>What stands in the place of a text that is gone.</summary>
    public string TakenBack(Recalled recalled) => $"taken back by {nameOf(recalled.By)}";

    /// <summary>What stands in front of the text of a message that answers another one.</summary>
    public static string InFront(ChatMessage message) => message.References.Reply > 0 ? $"re #{message.References.Reply} " : "";

    /// <summary>What stands behind the text of a message that was changed; empty if nothing does.</summary>
    public static string Behind(ChatMessage message)
    {
        string?[] parts = [message.Edited > 0 ? "edited" : null, message.IsPinned ? "pinned" : null, message.Reactions.Count > 0 ? Counts(message.Reactions) : null];
        var there = parts.OfType<string>().ToList();
        return there.Count > 0 ? $" ({string.Join(", ", there)})" : "";
    }

    /// <summary>A change that was fetched tells all that there is, and not who did it.</summary>
    static string Now(MessageChanged change)
    {
        string?[] parts = [change.Text, change.IsPinned == true ? "pinned" : "not pinned", Counts(change.Reactions)];
        return string.Join(", ", parts.OfType<string>());
    }

    string Reactions(MessageChanged change) => change.Who.Count == 0
        ? $"reactions to #{change.Seq}"
        : string.Join(", ", change.Who.Select(news => news.IsTakenBack
            ? $"{nameOf(news.UserId)} took {news.Emoji} back from #{change.Seq}"
            : $"{nameOf(news.UserId)} reacted to #{change.Seq} with {news.Emoji}"));

    static string Counts(IReadOnlyDictionary<string, int>? reactions) => reactions is not { Count: > 0 }
        ? "no reactions"
        : string.Join(", ", reactions.Select(each => $"{each.Key} {each.Value}"));
}
