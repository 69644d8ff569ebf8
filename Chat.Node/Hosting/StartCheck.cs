using Chat.Node.Settings;
using Chat.Node.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Node.Hosting;

/// <summary>
/// What would stop a start beside the settings themselves: the database's connection string and the files that settings name. It opens no database and no port,
/// so it can be asked for beside a node.
/// </summary>
static class StartCheck
{
    /// <exception cref="SettingsException">A node would not start with these settings.</exception>
    public static void Run(IConfiguration configuration, ChatSettings settings, TimeProvider clock)
    {
        if (settings.Storage == StorageProvider.MySql)
            MySqlOptions.Complete(settings.ConnectionString);
        else
            SqlitePath.Read(settings.ConnectionString);
        TelemetryHosting.CheckCollector(configuration[TelemetryHosting.CollectorVariable]);
        if (settings.TlsPort is not null || settings.Web.TlsPort is not null)
            TlsCertificate.Load(settings.Certificate, settings.CertificateKey, clock.GetUtcNow());
        if (settings is { IsClustered: true, ClusterTls: { } files })
            _ = new ClusterTls(files, clock, NullLogger<ClusterTls>.Instance);
    }
}
