using System.Text.RegularExpressions;

namespace Chat.Node.Api;

/// <summary>What is wrong with a request that could not be read, in words for its sender: the framework's texts name types of this program. Pure.</summary>
static partial class BindingReason
{
    const int MaxValue = 100;

    /// <param name="message">The framework's.</param>
    public static string Of(string message)
    {
        if (NotOfType().Match(message) is { Success: true } wrong)
            return $"\"{wrong.Groups["name"].Value}\" is \"{Cut(wrong.Groups["value"].Value)}\": {ExpectedOf(wrong.Groups["type"].Value)} is expected";
        if (Missing().Match(message) is { Success: true } missing && missing.Groups["place"].Value != "body")
            return $"\"{missing.Groups["name"].Value}\" is missing";
        return Missing().IsMatch(message) || message.StartsWith("Implicit body", StringComparison.Ordinal) ? "the body is missing: a JSON object is expected" : message;
    }

    static string ExpectedOf(string type) => type switch
    {
        _ when type.Contains("int", StringComparison.Ordinal) || type.Contains("long", StringComparison.Ordinal) => "a number",
        _ when type.Contains("bool", StringComparison.Ordinal) => "true or false",
        _ => "another value",
    };

    static string Cut(string value) => value.Length > MaxValue ? value[..MaxValue] : value;

    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+?) (?<name>\w+)" from "(?<value>.*)"\.$""", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex NotOfType();

    [GeneratedRegex("""^Required parameter "(?<type>.+?) (?<name>\w+)" was not provided from (?<place>[\w ]+)\.$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Missing();
}
