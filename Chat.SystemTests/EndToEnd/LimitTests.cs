using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What a node refuses, closes or slows down, and that it loses nothing by that.</summary>
[Collection(NodeCollection.Name)]
public sealed class LimitTests : IDisposable
{
    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Connections_that_do_not_log_in_or_say_nothing_are_closed()
    {
        await using var node = await TestNode.StartAsync(
            _folder, "--Chat:Limits:LoginSeconds=1", "--Chat:Limits:IdleSeconds=3", "--Chat:Limits:LegacyIdleSeconds=3");
        await using var modern = await node.LogInNewAsync();
        await using var busy = await node.LogInNewAsync();
        await using var legacy = await node.ConnectLegacyAsync();
        await legacy.LogInAsync(await legacy.RegisterAsync("legacy"));
        await using var greeted = await node.ConnectAsync();
        await using var silent = await ModernTestClient.ConnectAsync(node.Port, saysHello: false);

        var closing = Task.WhenAll(greeted.Closed, silent.Closed, legacy.Closed, modern.Closed);
        await Eventually.EqualAsync(true, async () =>
        {
            await busy.FenceAsync();
            return closing.IsCompleted;
        });
        Assert.False(busy.Closed.IsCompleted);
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_and_a_place_that_becomes_free_is_given_away()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:MaxConnections=2");
        await using var first = await node.LogInNewAsync();
        var second = await node.LogInNewAsync();
        await using (var third = await ModernTestClient.ConnectAsync(node.Port, saysHello: false))
            await third.Closed.WaitAsync(TestNode.Patience);
        await first.FenceAsync();
        await second.FenceAsync();

        await second.DisposeAsync();
        await Eventually.EqualAsync(true, async () =>
        {
            try
            {
                await using var another = await node.ConnectAsync();
                return another.Hello.Number("msgid") == 101;
            }
            catch (Exception e) when (e is IOException or System.Threading.Channels.ChannelClosedException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task Who_is_too_fast_is_told_and_what_comes_behind_waits_for_the_refused_message()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:FramesPerSecond=20");
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => alice.StartRequestAsync(
            new { msgid = 6, toid = bob.UserId, msg = $"m{i}", cmid = $"c{i}" }))).WaitAsync(TestNode.Patience);

        var accepted = replies.TakeWhile(reply => reply.Number("errno") == 0).Count();
        Assert.InRange(accepted, 1, 59);
        Assert.Equal((9, true), (replies[accepted].Number("errno"), replies[accepted].GetProperty("retry").GetBoolean()));
        Assert.All(replies[accepted..], reply => Assert.Contains(reply.Number("errno"), (long[])[9, 10]));

        // Later ones are refused, also when there is time for them, until the first refused one comes again.
        await Eventually.EqualAsync(10L, async () => (await alice.SendToAsync(bob.UserId, "too early", "c59")).Number("errno"));
        for (var i = accepted; i < 60; i++)
            await Eventually.EqualAsync(0L, async () => (await alice.SendToAsync(bob.UserId, $"m{i}", $"c{i}")).Number("errno"));
        for (var i = 0; i < 60; i++)
            Assert.Equal($"m{i}", (await bob.NextAsync()).Text("msg"));
    }

    [Fact]
    public async Task A_legacy_client_that_is_too_fast_is_read_more_slowly_and_loses_nothing()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:FramesPerSecond=50");
        await using var bob = await node.LogInNewAsync("bob");
        await using var legacy = await node.ConnectLegacyAsync();
        var id = await legacy.RegisterAsync("legacy");
        await legacy.LogInAsync(id);
        var started = DateTime.UtcNow;
        for (var i = 0; i < 150; i++)
            await legacy.SendChatAsync(id, "legacy", bob.UserId, $"m{i}");

        for (var i = 0; i < 150; i++)
            Assert.Equal($"m{i}", (await bob.NextAsync()).Text("msg"));
        Assert.True(DateTime.UtcNow - started > TimeSpan.FromSeconds(1.5), "it was not slowed down");
        Assert.False(legacy.Closed.IsCompleted);
    }

    [Fact]
    public async Task Who_does_not_read_is_closed_and_gets_everything_after_the_next_login()
    {
        await using var node = await TestNode.StartAsync(_folder, "--Chat:Limits:OutboxFrames=16");
        await using var alice = await node.LogInNewAsync("alice");
        await using var named = await node.LogInNewAsync("bob");
        var (id, name) = (named.UserId, named.Name);
        await named.DisposeAsync();
        await node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {id}");
        var slow = await ModernTestClient.ConnectAsync(node.Port, isReading: false);
        await slow.SendAsync($$"""{"msgid":1,"name":"{{name}}","password":"secret"}""");
        await node.EventuallyAsync("online", $"SELECT state FROM Users WHERE id = {id}");

        // The kernel's buffers take some megabytes before anything waits in the outbox.
        var padding = new string('x', 16000);
        var sent = 0;
        await Eventually.EqualAsync("offline", async () =>
        {
            var replies = await Task.WhenAll(Enumerable.Range(sent, 10).Select(i => alice.SendToAsync(id, $"{i} {padding}")));
            Assert.All(replies, reply => Assert.Equal(0, reply.Number("errno")));
            sent += 10;
            return await node.ScalarAsync<string>($"SELECT state FROM Users WHERE id = {id}");
        });
        slow.StartReading();
        await slow.Closed.WaitAsync(TestNode.Patience);

        var seqs = SeqsOf(slow.TakeAll());
        await using var again = await node.ConnectAsync();
        await again.LogInAsync(new { msgid = 1, name, password = "secret" });
        await Eventually.TrueAsync(() =>
        {
            seqs.UnionWith(SeqsOf(again.TakeAll()));
            return seqs.Contains(sent) || again.Closed.IsCompleted;
        });
        Assert.False(again.Closed.IsCompleted, $"closed, with {seqs.Count} of {sent}");

        // What had left for the connection that broke is a gap that the client asks for, as the protocol says.
        var missing = Enumerable.Range(1, sent).Select(i => (long)i).Where(seq => !seqs.Contains(seq)).ToList();
        foreach (var seq in missing)
        {
            var page = await again.RequestAsync(new { msgid = 107, conversation = $"d:{alice.UserId}:{id}", after = seq - 1, limit = 1 });
            Assert.Equal(seq, Assert.Single(page.GetProperty("messages").EnumerateArray()).Number("seq"));
        }
    }

    [Theory]
    [InlineData("--Chat:Prot=1", "Chat:Prot")]
    [InlineData("--Chat:Port=70000", "Chat:Port")]
    [InlineData("--Chat:Limits:OutboxFrames=few", "Chat:Limits:OutboxFrames")]
    [InlineData("--Chat:History:Enabled=maybe", "Chat:History:Enabled")]
    [InlineData("--Chat:TlsPort=0", "Chat:Certificate")]
    public async Task A_wrong_setting_ends_the_process_and_is_named(string argument, string key)
    {
        await using var node = NodeProcess.Launch(_folder, settings: argument);
        await node.ExitAsync(2);
        Assert.Contains(key, node.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_can_talk_over_tls()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(_folder.Path, "cert.pem"), Path.Combine(_folder.Path, "key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        await using var node = await TestNode.StartAsync(
            _folder, "--Chat:TlsPort=0", $"--Chat:Certificate={certificateFile}", $"--Chat:CertificateKey={keyFile}");
        await using var bob = await node.LogInNewAsync("bob");

        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, node.TlsPort);
        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
        });
        await using var alice = await ModernTestClient.OverAsync(tls, tcp);
        await alice.RegisterAndLogInAsync("alice");
        Assert.Equal(0, (await alice.SendToAsync(bob.UserId, "secretly")).Number("errno"));
        Assert.Equal("secretly", (await bob.NextAsync()).Text("msg"));
        await bob.SendToAsync(alice.UserId, new string('y', 16000));
        Assert.Equal(16000, (await alice.NextAsync()).Text("msg").Length);
    }

    static HashSet<long> SeqsOf(IEnumerable<JsonElement> frames) =>
        [.. frames.Where(frame => frame.Has("seq")).Select(frame => frame.Number("seq"))];
}
