namespace Chat.Node.Gateway;

/// <summary>What a client of version 3 of the protocol is told that it can ask for here.</summary>
static class Features
{
    static readonly string[] Always = ["watch", "typing", "people", "contacts", "groups", "devices"];
    static readonly string[] OfHistory = ["changes", "receipts", "conversations", "replies", "threads", "mentions", "reports", "retention", .. Always];

    public static IReadOnlyList<string> Of(bool keepsHistory, bool hasSearch, bool hasFiles) =>
        keepsHistory ? [.. OfHistory, .. hasSearch ? (string[])["search"] : [], .. hasFiles ? (string[])["files"] : []] : Always;
}
