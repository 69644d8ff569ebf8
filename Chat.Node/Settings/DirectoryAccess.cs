namespace Chat.Node.Settings;

/// <summary>How users find users whom they do not know.</summary>
enum DirectoryAccess
{
    /// <summary>By the beginning of a name.</summary>
    Open,

    /// <summary>By the whole name only.</summary>
    Exact,
}
