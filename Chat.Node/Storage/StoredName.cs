namespace Chat.Node.Storage;

/// <summary>A user's or group's name as it is stored. Pure.</summary>
/// <param name="Text">What goes into the column.</param>
/// <param name="IsOurs">Whether that is proper text; else it is as legacy servers write it.</param>
/// <param name="Other">The other form in which the same name may be there already, if there is one.</param>
readonly record struct StoredName(string Text, bool IsOurs, string? Other)
{
    /// <exception cref="RowRefusedException">Legacy servers could not store such a name.</exception>
    public static StoredName Of(string name, bool writesForLegacy)
    {
        var legacy = LegacyText.Write(name);
        var other = legacy == name ? null : legacy;
        if (!writesForLegacy)
            return new StoredName(name, IsOurs: true, other);
        return legacy is null
            ? throw new RowRefusedException(new ArgumentException("half a character would be left over in gbk", nameof(name)))
            : new StoredName(legacy, IsOurs: false, other is null ? null : name);
    }
}
