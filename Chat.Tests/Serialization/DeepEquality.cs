using System.Collections;

namespace Chat.Tests.Serialization;

/// <summary>Compares messages property by property, collections and bytes by their contents.</summary>
static class DeepEquality
{
    /// <summary>The path of the first difference, or null.</summary>
    public static string? FindDifference(object? expected, object? actual, string path)
    {
        if (expected is null || actual is null)
            return expected is null && actual is null ? null : $"{path}: {expected ?? "null"} and {actual ?? "null"}";
        if (expected is ReadOnlyMemory<byte> bytes)
            return bytes.Span.SequenceEqual(((ReadOnlyMemory<byte>)actual).Span) ? null : $"{path}: other bytes";
        if (expected is IEnumerable items and not string)
            return FindDifference([.. items.Cast<object?>()], [.. ((IEnumerable)actual).Cast<object?>()], path);
        if (expected.GetType() != actual.GetType())
            return $"{path}: {expected.GetType()} and {actual.GetType()}";
        var type = expected.GetType();
        if (type.IsPrimitive || type.IsEnum || expected is string)
            return expected.Equals(actual) ? null : $"{path}: {expected} and {actual}";
        return type.GetProperties()
            .Select(property => FindDifference(property.GetValue(expected), property.GetValue(actual), $"{path}.{property.Name}"))
            .FirstOrDefault(difference => difference is not null);
    }

    static string? FindDifference(object?[] expected, object?[] actual, string path)
    {
        if (expected.Length != actual.Length)
            return $"{path}: {expected.Length} and {actual.Length} elements";
        return expected.Select((item, i) => FindDifference(item, actual[i], $"{path}[{i}]"))
            .FirstOrDefault(difference => difference is not null);
    }
}
