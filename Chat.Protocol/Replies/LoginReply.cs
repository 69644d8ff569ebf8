using System.Text.Json;

namespace Chat.Protocol;

/// <summary>2 to a login that succeeded.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Name">The user's name.</param>
/// <param name="Token">Logs in again without the password.</param>
/// <param name="Friends">The user's friends.</param>
/// <param name="Groups">The groups that the user is a member of.</param>
/// <param name="IsTruncated">Whether the lists were too long to be complete.</param>
public sealed record LoginReply(
    int Id, string Name, string Token, IReadOnlyList<FriendEntry> Friends, IReadOnlyList<GroupEntry> Groups, bool IsTruncated)
{
    /// <summary>Written by <see cref="ModernFrames.LoginAck"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static LoginReply Read(JsonElement json) => new(
        json.RequiredId("id"), json.OptionalText("name") ?? "", json.OptionalText("token") ?? "",
        [.. json.OptionalItems("friends").Select(ListEntries.Friend)], [.. json.OptionalItems("groups").Select(ListEntries.Group)], json.IsSet("truncated"));

    /// <summary>Without the token, which must not get into logs.</summary>
    public override string ToString() => $"{nameof(LoginReply)} {{ Id = {Id}, Name = {Name} }}";
}
