using System.Text.Json;
using Chat.Node.Contracts;

namespace Chat.Node.Webhooks;

/// <summary>What the hook has answered: <c>{"action":"allow"}</c>, <c>{"action":"deny","text":…}</c> or <c>{"action":"replace","text":…}</c>. Pure.</summary>
static class HookAnswer
{
    /// <summary>The longest text for a sender, in characters; more is cut.</summary>
    public const int MaxReason = 500;

    /// <summary>For a sender whom nobody tells why.</summary>
    const string Denied = "the message was denied";

    sealed record Answer(string? Action, string? Text);

    /// <summary>Null and the verdict, or what is wrong with the answer, without its text.</summary>
    /// <param name="json">The answer.</param>
    /// <param name="problemOf">Why a text cannot stand in place of the one that was asked about; null if it can.</param>
    /// <param name="verdict">What it says.</param>
    public static string? Read(ReadOnlySpan<byte> json, Func<string, string?> problemOf, out HookVerdict verdict)
    {
        verdict = HookVerdict.Allowed;
        if (TryParse(json) is not { } answer)
            return "its answer is no JSON object of strings";
        switch (answer)
        {
            case { Action: "allow" }:
                return null;
            case { Action: "deny" }:
                verdict = new HookVerdict(HookAction.Deny, ReasonOf(answer.Text));
                return null;
            case { Action: "replace", Text: { } text }:
                verdict = verdict with { Text = text };
                return problemOf(text) is { } tooLong ? $"its answer replaces the text, and {tooLong}" : null;
            case { Action: "replace" }:
                return "its answer replaces the text, and has none";
            default:
                return "its answer has no \"action\" of allow, deny and replace";
        }
    }

    static Answer? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<Answer>(json, JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    static string ReasonOf(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Denied;
        return text.Length <= MaxReason ? text : text[..(char.IsHighSurrogate(text[MaxReason - 1]) ? MaxReason - 1 : MaxReason)];
    }
}
