namespace Chat.Client.Terminal;

/// <summary>What the tab key offers: commands, and the names that are known.</summary>
sealed class Completion(Contacts contacts, Func<int?> ownId)
{
    static readonly string[] TakeBoth =
    [
        "history", "read", "unread", "archive", "clear", "receipts", "thread", "report", "reply", "edit", "recall", "react", "unreact", "to", "mute", "unmute", "pin",
        "unpin", "save", "watch", "typing", "notify",
    ];

    static readonly string[] TakeUsers = [.. TakeBoth, "msg", "friend", "ask", "accept", "decline", "unfriend", "alias", "block", "unblock"];

    static readonly string[] TakeGroups =
    [
        .. TakeBoth, "group", "join", "members", "about", "add", "remove", "ban", "unban", "admin", "silence", "requests", "admit", "reject", "rename", "joining", "sending",
        "describe", "picture", "past", "keep", "transfer", "disband", "leave",
    ];

    /// <summary>What the text in front of the cursor may become.</summary>
    public CompletionOffer Complete(string text)
    {
        if (!text.StartsWith('/'))
            return new(text.Length, [], null);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
        {
            var commands = CommandTable.All.Select(spec => $"/{spec.Name}");
            return new(0, [.. commands.Where(name => name.StartsWith(text, StringComparison.Ordinal))], null);
        }

        var spec = CommandTable.Find(text[1..space]);
        var from = space + 1;
        var word = text[from..];
        if (spec is null || word.Contains(' ', StringComparison.Ordinal))
            return new(text.Length, [], spec?.Usage);
        var names = new List<string>();
        if (TakeUsers.Contains(spec.Name))
            names.AddRange(contacts.Users(ownId()).Select(user => user.Name));
        if (TakeGroups.Contains(spec.Name))
            names.AddRange(contacts.Groups().Select(group => group.Name.Contains(' ', StringComparison.Ordinal) ? $"g:{group.Id}" : group.Name));
        return new(
            from,
            [.. names.Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase) && !name.Contains(' ', StringComparison.Ordinal))
                .Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal)],
            spec.Usage);
    }
}

/// <summary>Candidates for the text from an index on, and how the command is written.</summary>
sealed record CompletionOffer(int From, IReadOnlyList<string> Candidates, string? Usage)
{
    /// <summary>What all the candidates begin with.</summary>
    public string CommonStart
    {
        get
        {
            if (Candidates.Count == 0)
                return "";
            var start = Candidates[0];
            foreach (var candidate in Candidates)
            {
                while (!candidate.StartsWith(start, StringComparison.Ordinal))
                    start = start[..^1];
            }

            return start;
        }
    }
}
