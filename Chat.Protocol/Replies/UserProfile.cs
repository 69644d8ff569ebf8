using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Who a user is.</summary>
/// <param name="Id">The user.</param>
/// <param name="Name">As it was registered.</param>
public sealed record UserProfile(int Id, string Name)
{
    /// <summary>What the user wants to be called; null: nobody has said it.</summary>
    public string? Display { get; init; }

    /// <summary>Where the user's picture is; null: it has none. Another user has written it.</summary>
    public string? Avatar { get; init; }

    /// <summary>What the user says about itself; null: nothing.</summary>
    public string? About { get; init; }

    /// <summary>Written by <see cref="ToToken"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    internal static UserProfile Of(JsonElement json) => new(json.RequiredId("id"), json.OptionalText("name") ?? "")
    {
        Display = json.OptionalText("display"),
        Avatar = json.OptionalText("avatar"),
        About = json.OptionalText("about"),
    };

    internal byte[] ToToken() => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", Id);
        writer.WriteString("name", ListText.Name(Name));
        if (Display is { } display)
            writer.WriteString("display", display);
        if (Avatar is { } avatar)
            writer.WriteString("avatar", avatar);
        if (About is { } about)
            writer.WriteString("about", about);
        writer.WriteEndObject();
    });
}
