using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>123: how the user wants to be shown. What is null stays, an empty text removes; at least one is not null.</summary>
/// <param name="Display">What the user wants to be called.</param>
/// <param name="Avatar">Where the user's picture is.</param>
/// <param name="About">What the user says about itself.</param>
public sealed record ChangeProfileRequest(string? Display, string? Avatar, string? About) : UserRequest
{
    internal override int Number => MessageKind.ChangeProfile;

    /// <summary>Its keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("display" or "avatar" or "about"))
                continue;
            if (texts.ContainsKey(member.Name))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (ProfileRule.Read(member.Name, member.Value, out var text) is { } problem)
                return Invalid(problem);
            texts[member.Name] = text;
        }

        return texts.Count > 0
            ? new ChangeProfileRequest(texts.GetValueOrDefault("display"), texts.GetValueOrDefault("avatar"), texts.GetValueOrDefault("about"))
            : Invalid("nothing to change: at least one of \"display\", \"avatar\" and \"about\" is expected");
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        if (Display is { } display)
            writer.WriteText("display", display);
        if (Avatar is { } avatar)
            writer.WriteText("avatar", avatar);
        if (About is { } about)
            writer.WriteText("about", about);
    }
}

/// <summary>What a profile may say. Pure.</summary>
static class ProfileRule
{
    /// <summary>The longest address of a picture, in bytes of UTF-8.</summary>
    public const int MaxAvatarBytes = 1024;

    /// <summary>The longest text of a user about itself, in code points.</summary>
    public const int MaxAboutCharacters = 500;

    /// <summary>The text of a key in the form in which it is kept; or what is wrong with it.</summary>
    public static string? Read(string key, JsonElement value, out string text)
    {
        text = "";
        if (value.ValueKind != JsonValueKind.String)
            return $"\"{key}\" is not a string: one is expected, an empty one to remove it";
        text = value.GetString()!;
        if (text.Length == 0)
            return null;
        if (key == "avatar")
            return AvatarProblem(text);
        if (key == "display")
        {
            var problem = NameRule.Problem(key, text);
            text = problem is null ? NormalForm.Compose(text) : text;
            return problem;
        }

        return AboutProblem(text);
    }

    /// <summary>Others show the picture: an address that would run something in a page is none.</summary>
    static string? AvatarProblem(string text) =>
        Encoding.UTF8.GetByteCount(text) <= MaxAvatarBytes && !text.AsSpan().ContainsAnyInRange('\0', ' ')
        && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && address.Host.Length > 0
            ? null
            : $"\"avatar\" must be an address (https:// or http://) of at most {MaxAvatarBytes} bytes, or empty to remove it";

    static string? AboutProblem(string text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune) && rune.Value != '\n')
                return $"\"about\" has U+{rune.Value:X4} at position {count}: a control character, none is expected but line feeds";
        }

        return count > MaxAboutCharacters ? $"\"about\" has {count} characters: at most {MaxAboutCharacters} are expected" : null;
    }
}
