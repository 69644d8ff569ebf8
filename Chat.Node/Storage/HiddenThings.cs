namespace Chat.Node.Storage;

/// <summary>What a user does not want others to see.</summary>
/// <param name="Presence">That the user is online.</param>
/// <param name="Receipts">How far the user has read.</param>
/// <param name="FromStrangers">That the user is online; the user's contacts may see it.</param>
readonly record struct HiddenThings(bool Presence, bool Receipts = false, bool FromStrangers = false);
