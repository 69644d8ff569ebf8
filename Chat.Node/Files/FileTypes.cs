namespace Chat.Node.Files;

/// <summary>What browsers may do with files. Pure.</summary>
static class FileTypes
{
    /// <summary>So many first bytes tell what a picture is.</summary>
    public const int HeadBytes = 12;

    const string Anything = "application/octet-stream";

    /// <summary>Pictures that cannot carry a script. Nothing else is ever shown inside of a page.</summary>
    static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>Played by a page of its own accord only; never opened as a page.</summary>
    static readonly string[] Media = ["audio/mpeg", "audio/ogg", "audio/mp4", "audio/webm", "audio/wav", "video/mp4", "video/webm"];

    public static bool IsPicture(string type) => Pictures.Contains(type);

    /// <summary>What a browser is told: HTML, SVG and whatever else it might run is bytes and no more.</summary>
    public static string ToTell(string type) => IsPicture(type) || Media.Contains(type) ? type : Anything;

    /// <summary>Whether the beginning of a file is one of the picture that it says it is; of other types nothing is said.</summary>
    public static bool Agrees(string type, ReadOnlySpan<byte> head) => type switch
    {
        "image/png" => head.StartsWith(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }),
        "image/jpeg" => head.StartsWith(new byte[] { 0xFF, 0xD8, 0xFF }),
        "image/gif" => head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8),
        "image/webp" => head.Length >= HeadBytes && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8),
        _ => true,
    };
}
