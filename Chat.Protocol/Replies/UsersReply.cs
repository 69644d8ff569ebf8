using System.Text.Json;

namespace Chat.Protocol;

/// <summary>102 to 122: users who exist, of those that were asked for.</summary>
/// <param name="Users">They: ascending by id, or by name where names were asked for.</param>
/// <param name="HasMore">Whether there are others behind the last one.</param>
public sealed record UsersReply(IReadOnlyList<UserProfile> Users, bool HasMore)
{
    /// <summary>The frame; what does not fit is left out. One who would need a frame for itself comes without its texts.</summary>
    public byte[] ToBytes(RequestRef requestRef, int maxFrameBytes)
    {
        var room = maxFrameBytes - 64 - requestRef.Token.Length;
        var tokens = new List<byte[]>(Users.Count);
        foreach (var user in Users)
        {
            var token = user.ToToken();
            if (token.Length >= room && tokens.Count > 0)
                break;
            if (token.Length >= room)
                token = new UserProfile(user.Id, user.Name).ToToken();
            room -= token.Length + 1;
            tokens.Add(token);
        }

        return ModernFrames.Success(requestRef, writer =>
        {
            ModernFrames.WriteRawArray(writer, "users", tokens);
            if (HasMore || tokens.Count < Users.Count)
                writer.WriteBoolean("more", true);
        });
    }

    /// <summary>Written by <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static UsersReply Of(JsonElement json) => new([.. json.OptionalItems("users").Select(UserProfile.Of)], json.IsSet("more"));
}
