using Chat.Node.Hosting;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Cluster;

/// <summary>A node says that its certificate for other nodes ends for as long as it runs: it needs a restart for a new one.</summary>
[Collection(NodeCollection.Name)]
public sealed class ClusterCertificateTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly TestCertificates _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void It_is_warned_of_once_a_day_before_the_end_and_called_ended_behind_it()
    {
        var files = _authority.ClusterSettings(_folder.Path).Select(setting => setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]).ToArray();
        using var log = new CapturedLog();
        var clock = new ManualClock { Now = DateTimeOffset.UtcNow };
        using var tls = new ClusterTls(new ClusterTlsSettings(files[0], files[1], files[2]), clock, log.For<ClusterTls>());
        Assert.InRange(tls.Left, TimeSpan.FromDays(59), TimeSpan.FromDays(60));
        Pass(TimeSpan.FromDays(45));
        Assert.Equal((0, 0), Said());
        Pass(TimeSpan.FromDays(2));
        Assert.Equal((1, 0), Said());
        Pass(TimeSpan.FromHours(23));
        Assert.Equal((1, 0), Said());
        Pass(TimeSpan.FromHours(1));
        Assert.Equal((2, 0), Said());
        Pass(TimeSpan.FromDays(13));
        Assert.Equal((2, 1), Said());
        Assert.True(tls.Left < TimeSpan.Zero);
        Pass(TimeSpan.FromDays(1));
        Assert.Equal((2, 2), Said());

        void Pass(TimeSpan time)
        {
            clock.Now += time;
            tls.WarnBeforeTheEnd();
        }

        (int Warned, int Ended) Said() => (log.Of("CertificateEnds").Count, log.Of("CertificateEnded").Count);
    }

    [Fact]
    public async Task The_metrics_of_a_node_say_how_long_it_is_good()
    {
        await using var node = await TestNode.StartAsync(_folder, _authority.ClusterSettings(Path.Combine(_folder.Path, "own")));
        var metrics = await MetricsPage.ReadAsync(node.HttpPort);
        Assert.InRange(metrics.Sum("chat_certificate_expiry_seconds", "certificate=\"cluster\""), 59 * 86400, 60 * 86400);
        Assert.Equal(0, metrics.Sum("chat_certificate_expiry_seconds", "certificate=\"clients\"")); // it has none of these
    }
}
