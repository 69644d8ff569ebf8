using System.CommandLine;
using System.Globalization;

namespace Chat.Ctl;

/// <summary>An option that is a number of seconds.</summary>
static class SecondsOption
{
    const int Max = 3600;

    /// <summary>What is no number is refused with the same words as one that is too large.</summary>
    public static Option<int> Create(string name, string description, int fallback)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < 1 or > Max))
                result.AddError($"{name} must be between 1 and {Max}");
        });
        return option;
    }
}
