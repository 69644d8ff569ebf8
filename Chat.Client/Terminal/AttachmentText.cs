using Chat.Protocol;

namespace Chat.Client.Terminal;

/// <summary>Says which files a message has. Pure.</summary>
static class AttachmentText
{
    static readonly string[] Units = ["kB", "MB", "GB", "TB"];

    /// <summary>Such as <c>[report.pdf, 12 kB]</c>.</summary>
    public static string Of(MessageAttachment file)
    {
        var name = file.Name.Length > 0 ? file.Name : file.Id;
        return file.Size > 0 ? $"[{name}, {SizeOf(file.Size)}]" : $"[{name}]";
    }

    public static string OfAll(IEnumerable<MessageAttachment> files) => string.Join(" ", files.Select(Of));

    /// <summary>The text of a message, and its files behind it.</summary>
    public static string With(string text, IReadOnlyList<MessageAttachment> files) => files.Count == 0 ? text
        : text.Length == 0 ? OfAll(files)
        : $"{text} {OfAll(files)}";

    static string SizeOf(long bytes)
    {
        if (bytes < 1000)
            return $"{bytes} B";
        var (size, unit) = (bytes / 1000d, 0);
        while (size >= 999.5 && unit < Units.Length - 1)
            (size, unit) = (size / 1000, unit + 1);
        return $"{size:0.#} {Units[unit]}";
    }
}
