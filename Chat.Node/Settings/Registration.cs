namespace Chat.Node.Settings;

/// <summary>Who may make users.</summary>
enum Registration
{
    /// <summary>Anybody, with a name and a password.</summary>
    Open,

    /// <summary>Only the product itself: its tokens and its servers.</summary>
    Off,
}
