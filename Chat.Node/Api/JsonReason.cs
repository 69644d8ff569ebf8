using System.Text.Json;

namespace Chat.Node.Api;

/// <summary>What is wrong with a body, in words for its sender. Pure.</summary>
static class JsonReason
{
    /// <summary>A name that is longer is cut: whoever sends it knows it.</summary>
    const int MaxName = 100;

    /// <summary>So the library says that a member is there twice; its name follows.</summary>
    const string DuplicateBefore = "Duplicate property '";

    public static string Of(JsonException e)
    {
        if (UnknownMember(e.Message) is { } unknown)
            return $"\"{unknown}\" is not known here; /api/v1/openapi.json says what this request may have";
        if (e.Message.StartsWith(DuplicateBefore, StringComparison.Ordinal) && e.Message.IndexOf('\'', DuplicateBefore.Length) is > 0 and var end)
            return $"\"{Cut(e.Message[DuplicateBefore.Length..end])}\" is there twice: once is expected";
        return e.Path is { Length: > 1 } path
            ? $"\"{path.TrimStart('$', '.')}\" is missing or of another type than expected"
            : "the body is not valid JSON, or no object of the expected shape";
    }

    /// <summary>The library tells the name of such a member in its text alone; its path is the one of the object, or of the member before.</summary>
    static string? UnknownMember(string message)
    {
        const string Before = "The JSON property '";
        const string After = "' could not be mapped to any .NET member contained in type '";
        if (!message.StartsWith(Before, StringComparison.Ordinal) || message.LastIndexOf(After, StringComparison.Ordinal) is not (>= 0 and var end))
            return null;
        return Cut(message[Before.Length..end]);
    }

    static string Cut(string name) => name.Length > MaxName ? name[..MaxName] : name;
}
