using Chat.Node.Cluster;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Chat.Node.Hosting;

/// <summary>Metrics: what is counted, what is only looked at, and who is told: Prometheus, and a collector where one is named. Traces go to the collector alone.</summary>
static class TelemetryHosting
{
    /// <summary>Where metrics and traces are sent to; the variable is that of OpenTelemetry, whose other ones hold too.</summary>
    public const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static IServiceCollection AddChatTelemetry(this IServiceCollection services, ChatSettings settings, string? collector)
    {
        CheckCollector(collector);
        services.AddSingleton(_ => new NodeMeter());
        services.AddSingleton<FigureReader>();
        services.AddSingleton(new HeadSampler(settings.TracingRatio));
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                "chatactors", serviceVersion: typeof(TelemetryHosting).Assembly.GetName().Version?.ToString(3),
                serviceInstanceId: $"{settings.ClusterHostname}:{settings.ClusterPort}"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(NodeMeter.Name, "System.Runtime").AddPrometheusExporter();
                if (!string.IsNullOrEmpty(collector))
                    metrics.AddOtlpExporter();
            });
        // A node that records nothing of its own sends its part of what others record.
        if (!string.IsNullOrEmpty(collector))
            telemetry.WithTracing(traces => traces.AddSource(MessageSpans.SourceName).SetSampler(new AlwaysOnSampler()).AddOtlpExporter());
        return services;
    }

    /// <exception cref="SettingsException">It is set, and is no address.</exception>
    public static void CheckCollector(string? collector)
    {
        if (!string.IsNullOrEmpty(collector) && !(Uri.TryCreate(collector, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new SettingsException($"{CollectorVariable} is \"{collector}\": expected is the address of a collector, like http://127.0.0.1:4317");
    }

    /// <summary>Before anything is counted: what nobody listens to is not told afterwards.</summary>
    public static void ObserveChat(this IServiceProvider services)
    {
        var (meter, settings) = (services.GetRequiredService<NodeMeter>(), services.GetRequiredService<ChatSettings>());
        services.GetRequiredService<MeterProvider>();
        services.GetService<TracerProvider>();
        services.GetRequiredService<FigureReader>(); // its time begins
        var (state, lease) = (services.GetRequiredService<NodeState>(), services.GetRequiredService<NodeLease>());
        meter.Connections = services.GetRequiredService<SessionRegistry>().CountAll;
        meter.IsReady = () => state.Phase == NodePhase.Up && lease.IsHeld;
        var directory = services.GetRequiredService<NodeDirectory>();
        meter.Members = () => state.Phase is NodePhase.Up or NodePhase.Draining ? directory.Members : 0;
        var certificates = services.GetService<CertificateKeeper>();
        meter.Certificate = () => certificates?.Left;
        var cluster = services.GetService<ClusterTls>();
        meter.ClusterCertificate = () => cluster?.Left;
        services.ObserveQueues(meter.Queues, settings);
    }
}
