namespace Chat.Client.Terminal;

/// <summary>
/// Reads lines as commands: <c>/msg bob hi</c>, the legacy <c>chat:3:hi</c>, or plain text. A line that begins with
/// two slashes is plain text that begins with one.
/// </summary>
static class CommandReader
{
    /// <summary>Null, with a reason, when it is no command.</summary>
    public static CommandCall? Read(string line, out string error)
    {
        error = "";
        line = line.Trim();
        if (line.StartsWith("//", StringComparison.Ordinal))
            return new(CommandTable.Say, [line[1..]]);
        if (line.StartsWith('/'))
            return ReadModern(line[1..], out error);
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return CommandTable.FindLegacy(colon < 0 ? line : line[..colon]) is { } spec
            ? ReadLegacy(spec, line, out error)
            : new(CommandTable.Say, [line]);
    }

    static CommandCall? ReadModern(string text, out string error)
    {
        error = "";
        var (name, rest) = CutWord(text);
        if (CommandTable.Find(name.ToLowerInvariant()) is not { } spec)
        {
            error = $"there is no /{name}; /help lists the commands";
            return null;
        }

        var arguments = new List<string>();
        while (rest.Length > 0 && arguments.Count < spec.Maximum)
        {
            var isLast = arguments.Count == spec.Maximum - 1;
            (var argument, rest) = isLast ? (rest, "") : CutWord(rest);
            arguments.Add(argument);
        }

        return Checked(spec, arguments, rest.Length > 0, spec.Usage, out error);
    }

    static CommandCall? ReadLegacy(CommandSpec spec, string line, out string error)
    {
        // A message may contain colons: only the first ones separate.
        var parts = line.Split(':', spec.Maximum + 1);
        return Checked(spec, [.. parts.Skip(1)], false, spec.LegacyUsage!, out error);
    }

    static CommandCall? Checked(CommandSpec spec, List<string> arguments, bool hasMore, string usage, out string error)
    {
        if (hasMore || arguments.Count < spec.Required || arguments.Take(spec.Required).Any(string.IsNullOrWhiteSpace))
        {
            error = $"usage: {usage}";
            return null;
        }

        error = "";
        return new(spec, arguments);
    }

    static (string Word, string Behind) CutWord(string text)
    {
        var space = text.IndexOfAny([' ', '\t']);
        return space < 0 ? (text, "") : (text[..space], text[space..].Trim());
    }
}
