using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A conversation in an address.</summary>
static class ConversationPath
{
    /// <summary>Null, and which it is; or why nothing can be read of it.</summary>
    public static ApiProblem? Refusal(string text, ChatSettings settings, out ConversationId id)
    {
        id = default;
        return settings.KeepsHistory ? Refusal(text, out id) : HistoryOff();
    }

    /// <summary>Null, and which it is; or what is wrong with it.</summary>
    public static ApiProblem? Refusal(string text, out ConversationId id) => ConversationId.TryParse(text, out id)
        ? null
        : ApiProblem.Malformed($"\"{text}\" is no conversation: d:LOWER:HIGHER of two user ids or g:GROUP is expected");

    /// <summary>What was said in a group that is not there, or no more, is nobody's.</summary>
    public static async Task<ApiProblem?> MissingAsync(ConversationId id, GroupStore groups) =>
        id.IsGroup && await groups.FindAsync(id.B) is null ? ApiProblem.NotFound($"there is no group {id.B}") : null;

    public static ApiProblem HistoryOff() => ApiProblem.Of(ErrorCode.HistoryOff, "this server keeps no history");
}
