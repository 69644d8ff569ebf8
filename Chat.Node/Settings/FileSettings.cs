namespace Chat.Node.Settings;

/// <summary>What users may send beside texts (<c>Chat:Files</c>).</summary>
sealed record FileSettings
{
    public bool IsOn { get; init; } = true;

    /// <summary>Where they are kept; null: in <see cref="Folder"/>.</summary>
    public S3Settings? Bucket { get; init; }

    /// <summary>Where they are kept: all nodes need the same one. With a bucket: where they are while they come.</summary>
    public string Folder { get; init; } = "data/files";

    /// <summary>The largest file.</summary>
    public int MaxBytes { get; init; } = 25 * 1024 * 1024;

    /// <summary>Files of one user, together.</summary>
    public int MaxPerUserMegabytes { get; init; } = 1024;

    /// <summary>So many files are taken by a node at once.</summary>
    public int Uploads { get; init; } = 32;

    public static FileSettings Read(SettingsReader reader)
    {
        var defaults = new FileSettings();
        return new FileSettings
        {
            IsOn = reader.Switch("Files:Enabled", defaults.IsOn) && reader.Switch("History:Enabled", true),
            Bucket = S3Settings.Read(reader, reader.Choice<FileStoreKind>("Files:Store")),
            Folder = reader.Folder("Files:Folder", defaults.Folder),
            MaxBytes = reader.Integer("Files:MaxBytes", defaults.MaxBytes, 1, int.MaxValue),
            MaxPerUserMegabytes = reader.Integer("Files:MaxPerUserMegabytes", defaults.MaxPerUserMegabytes, 1, int.MaxValue),
            Uploads = reader.Integer("Files:Uploads", defaults.Uploads, 1, 1000),
        };
    }
}
