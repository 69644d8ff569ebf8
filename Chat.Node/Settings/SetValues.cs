namespace Chat.Node.Settings;

/// <summary>
/// The settings that somebody has set. What is set to nothing is not: it hides no value of another place, and its default counts. One setting means something
/// by it. Pure.
/// </summary>
static class SetValues
{
    /// <summary>Nothing is a value of it: off.</summary>
    public const string EmptyIsOff = "Chat:WebPort";

    /// <summary>A copy without those that are set to nothing.</summary>
    public static IConfiguration Of(IConfiguration configuration)
    {
        if (configuration is not IConfigurationRoot root)
            return configuration;
        var values = root.AsEnumerable().Select(pair => (pair.Key, Value: PlaceOf(root, pair.Key) is { } place && place.TryGet(pair.Key, out var value) ? value : null)).Where(pair => pair.Value is not null);
        return new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value))).Build();
    }

    /// <summary>Where a value is from: the last place that has one. Null: nowhere.</summary>
    public static IConfigurationProvider? PlaceOf(IConfigurationRoot root, string key) =>
        root.Providers.LastOrDefault(provider => provider.TryGet(key, out var value) && (!string.IsNullOrEmpty(value) || key.Equals(EmptyIsOff, StringComparison.OrdinalIgnoreCase)));
}
