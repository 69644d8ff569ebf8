namespace Chat.Node.Settings;

/// <summary>What is done where the cluster's port is not protected and other machines may reach it.</summary>
enum UnprotectedCluster
{
    /// <summary>The node says so at its start.</summary>
    Warn,

    /// <summary>Somebody has decided that only nodes reach it.</summary>
    Allow,

    /// <summary>The node does not start.</summary>
    Refuse,
}

/// <summary>Between nodes everything goes over TLS, and both sides show a certificate: PEM files.</summary>
/// <param name="Certificate">Of this node.</param>
/// <param name="CertificateKey">Its key, not encrypted.</param>
/// <param name="Authority">Who signs the certificates of nodes, and of nobody else.</param>
sealed record ClusterTlsSettings(string Certificate, string CertificateKey, string Authority)
{
    public const string CertificateSetting = "Cluster:Certificate";
    public const string KeySetting = "Cluster:CertificateKey";
    public const string AuthoritySetting = "Cluster:CertificateAuthority";

    /// <summary>Null if none of them is set.</summary>
    /// <exception cref="SettingsException">Some are, and some are not.</exception>
    public static ClusterTlsSettings? Read(SettingsReader reader)
    {
        (string Key, string Value)[] files =
        [
            (CertificateSetting, reader.Text("Cluster:Certificate", "")), (KeySetting, reader.Text("Cluster:CertificateKey", "")), (AuthoritySetting, reader.Text("Cluster:CertificateAuthority", "")),
        ];
        if (files.All(file => file.Value.Length == 0))
            return null;
        return files.FirstOrDefault(file => file.Value.Length == 0).Key is { } missing
            ? throw new SettingsException($"Chat:{missing} is missing: TLS between nodes needs {string.Join(", ", files.Select(file => $"Chat:{file.Key}"))} (PEM files)")
            : new ClusterTlsSettings(files[0].Value, files[1].Value, files[2].Value);
    }
}
