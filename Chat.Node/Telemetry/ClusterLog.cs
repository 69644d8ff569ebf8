namespace Chat.Node.Telemetry;

/// <summary>Log lines about who may speak to the cluster's port.</summary>
static partial class ClusterLog
{
    [LoggerMessage(450, LogLevel.Warning, "the cluster's port listens at {Address} and is not protected: whoever reaches it is taken for a node. Set Chat:Cluster:Certificate, CertificateKey and CertificateAuthority, or, if only nodes reach it, Chat:Cluster:Unprotected=allow")]
    public static partial void Unprotected(ILogger logger, string address);

    [LoggerMessage(451, LogLevel.Information, "nodes speak TLS with each other; the certificate of this one: {Subject}, valid until {End:yyyy-MM-dd HH:mm}")]
    public static partial void CertificateRead(ILogger logger, string subject, DateTime end);

    [LoggerMessage(452, LogLevel.Warning, "the certificate for TLS between nodes ends at {End:yyyy-MM-dd HH:mm}, in {Days:0.0} days: this node needs a new one and a restart before")]
    public static partial void CertificateEnds(ILogger logger, DateTime end, double days);

    [LoggerMessage(453, LogLevel.Warning, "{Peer} is not let in at the cluster's port, or not spoken to: {Problem}")]
    public static partial void PeerRefused(ILogger logger, string peer, string problem);

    [LoggerMessage(454, LogLevel.Error, "the certificate for TLS between nodes has ended at {End:yyyy-MM-dd HH:mm}: other nodes let this one in no more when a connection has to be made again. It needs a new certificate and a restart")]
    public static partial void CertificateEnded(ILogger logger, DateTime end);
}
