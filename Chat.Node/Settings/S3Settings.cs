namespace Chat.Node.Settings;

/// <summary>Where the bytes of files are.</summary>
enum FileStoreKind
{
    /// <summary>In a folder that all nodes share.</summary>
    Local,

    /// <summary>In a bucket, of a server that speaks as Amazon S3 does.</summary>
    S3,
}

/// <summary>A bucket for files (<c>Chat:Files:S3</c>).</summary>
sealed record S3Settings
{
    const string Section = "Files:S3";

    /// <summary>Null: Amazon's own, of the region.</summary>
    public Uri? Endpoint { get; init; }

    public string Bucket { get; init; } = "";

    public string Region { get; init; } = "us-east-1";

    public string AccessKey { get; init; } = "";

    public string SecretKey { get; init; } = "";

    /// <summary>The bucket is named in the path, and not in the host.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>For each answer of the server.</summary>
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Null: files are in a folder.</summary>
    /// <exception cref="SettingsException">A key is missing, or is there without effect.</exception>
    public static S3Settings? Read(SettingsReader reader, FileStoreKind kind)
    {
        var defaults = new S3Settings();
        var settings = new S3Settings
        {
            Endpoint = reader.WebAddress($"{Section}:Endpoint"),
            Bucket = reader.Text($"{Section}:Bucket", ""),
            Region = reader.Text($"{Section}:Region", defaults.Region),
            AccessKey = reader.Text($"{Section}:AccessKey", ""),
            SecretKey = reader.Secret($"{Section}:SecretKey"),
            PathStyle = reader.Switch($"{Section}:PathStyle", defaults.PathStyle),
            TimeoutSeconds = reader.Integer($"{Section}:TimeoutSeconds", defaults.TimeoutSeconds, 1, 300),
        };
        if (kind != FileStoreKind.S3)
        {
            reader.RefuseWithout("Files:Store=S3", Section);
            return null;
        }

        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("Bucket", settings.Bucket), ("Region", settings.Region), ("AccessKey", settings.AccessKey), ("SecretKey", settings.SecretKey)])
        {
            if (value.Length == 0)
                throw new SettingsException($"Chat:{Section}:{key} is missing: Chat:Files:Store=S3 needs it");
            if (value.Any(character => character is <= ' ' or >= '\x7f'))
                throw new SettingsException($"Chat:{Section}:{key} has a character that cannot be sent: expected is printable ASCII without blanks"); // and is not repeated: it may be the secret
        }

        return IsBucket(settings.Bucket)
            ? settings
            : throw new SettingsException($"Chat:{Section}:Bucket is \"{settings.Bucket}\": expected are 3 to 63 small letters, digits, '.' and '-'");
    }

    static bool IsBucket(string name) => name.Length is >= 3 and <= 63 && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '.' or '-');

    /// <summary>Without the keys.</summary>
    public override string ToString() => $"bucket {Bucket} at {Endpoint?.ToString() ?? Region}";
}
