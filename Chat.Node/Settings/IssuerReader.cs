using System.Text;

namespace Chat.Node.Settings;

/// <summary>Reads <c>Chat:Auth:Issuers</c>. What is wrong is named by its key, and a secret is never repeated.</summary>
static class IssuerReader
{
    const string Section = "Auth:Issuers";
    const int DefaultHours = 24;
    const int MaxHours = 24 * 366;

    /// <exception cref="SettingsException">A value is wrong, missing, or there twice.</exception>
    public static IReadOnlyList<IssuerSettings> Read(SettingsReader reader)
    {
        var issuers = new List<IssuerSettings>();
        foreach (var key in reader.Indexed(Section))
        {
            var issuer = ReadOne(reader, key);
            if (issuers.Exists(other => other.Name == issuer.Name))
                throw new SettingsException($"Chat:{key}:Name is \"{issuer.Name}\", as that of another issuer: each needs a name of its own");
            issuers.Add(issuer);
        }

        if (issuers.Count == 0)
            return [];
        return issuers;
    }

    static IssuerSettings ReadOne(SettingsReader reader, string key)
    {
        var name = Required(reader, $"{key}:Name", "the \"iss\" of its tokens");
        if (Encoding.UTF8.GetByteCount(name) > IssuerSettings.MaxNameBytes)
            throw new SettingsException($"Chat:{key}:Name is too long: at most {IssuerSettings.MaxNameBytes} bytes are expected");
        var audience = Required(reader, $"{key}:Audience", "what the \"aud\" of its tokens must name");
        var hours = reader.Integer($"{key}:MaxHours", DefaultHours, 1, MaxHours);
        var keys = Enum.GetValues<IssuerKeySource>()
            .Select(source => (Source: source, Value: source == IssuerKeySource.Secret ? reader.Secret($"{key}:{source}") : reader.Text($"{key}:{source}", ""))).Where(given => given.Value.Length > 0).ToList();
        if (keys.Count != 1)
            throw new SettingsException($"Chat:{key} has {(keys.Count == 0 ? "no key" : string.Join(" and ", keys.Select(given => given.Source)))}: exactly one of Secret, PublicKey and Jwks is expected");
        var (source, value) = keys[0];
        return new IssuerSettings(name, audience, source, Checked(source, $"Chat:{key}:{source}", value), hours);
    }

    static string Required(SettingsReader reader, string key, string meaning) => reader.Text(key, "") is { Length: > 0 } text && text.Trim() == text
        ? text
        : throw new SettingsException($"Chat:{key} is missing, or has blanks around it: expected is {meaning}");

    static string Checked(IssuerKeySource source, string key, string value) => source switch
    {
        IssuerKeySource.Secret => Encoding.UTF8.GetByteCount(value) >= IssuerSettings.MinSecretBytes
            ? value
            : throw new SettingsException($"{key} is too short: at least {IssuerSettings.MinSecretBytes} bytes are expected"),
        IssuerKeySource.PublicKey => PublicKeyPem.Load(key, value),
        _ => IsFetched(value) ? value : throw new SettingsException($"{key} is \"{AddressMask.Of(value)}\": expected is an https URL, or an http URL of this machine (127.0.0.1), without user and password"),
    };

    /// <summary>Keys that come without TLS are anybody's keys.</summary>
    static bool IsFetched(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}
