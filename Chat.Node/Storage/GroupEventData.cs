using System.Text.Json.Serialization;

namespace Chat.Node.Storage;

/// <summary>A group was made.</summary>
sealed record GroupCreatedData(int Group, string Name, string Desc, int Creator, IReadOnlyCollection<int> Members);

/// <summary>A group is another one, or is deleted. Keys and words are those of the wire.</summary>
sealed record GroupChangedData(
    int Group, string? Name, string? Desc, string? Avatar = null, string? Joining = null, string? Sending = null, string? History = null,
    [property: JsonPropertyName("keep_days")] int? KeepDays = null, bool? Deleted = null)
{
    /// <summary>
    /// Name and description are always there: receivers have relied on it since there was nothing else. Of the rest only what is different is there. Pure.
    /// </summary>
    public static GroupChangedData Of(StoredGroup before, StoredGroup after)
    {
        var (was, now) = (before.Policy, after.Policy);
        return new GroupChangedData(
            after.Id, after.Name, after.Description,
            now.Avatar == was.Avatar ? null : now.Avatar,
            now.Joining == was.Joining ? null : now.JoiningWord,
            now.Sending == was.Sending ? null : now.SendingWord,
            now.History == was.History ? null : now.HistoryWord,
            now.KeepDays == was.KeepDays ? null : now.KeepDays);
    }
}

/// <summary>Users of a group to whom the same has happened. <c>By</c>: who has done it, where that is told and was a user.</summary>
sealed record MembersData(int Group, IReadOnlyCollection<int> Users, int? By = null);

/// <summary>What is different of a member. <c>MutedUntil</c> in milliseconds since 1970, UTC; 0: may send again.</summary>
sealed record MemberChangedData(int Group, int User, int? By, string? Role, [property: JsonPropertyName("muted_until")] long? MutedUntil);
