using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.SystemTests.Support;
using Chat.Tests.Support;
using Chat.Tests.Webhooks;
using Xunit;
using YamlDotNet.Serialization;

namespace Chat.SystemTests.Deployment;

/// <summary>The alerts for Prometheus and the dashboard for Grafana against a real node with everything that a node can have: it says every metric that they name, and those that a load moves move.</summary>
[Collection(NodeCollection.Name)]
public sealed partial class MetricsFilesTests
{
    const string Key = "a-key-of-the-settings-that-is-long-enough";

    /// <summary>They tell of trouble, or of other nodes and servers, and stay as they are while all is well: each with the test that makes it move.</summary>
    static readonly (string Metric, string File, string Test)[] MovedElsewhere =
    [
        ("chat_slow_consumers_total", "Chat.Tests/Gateway/WebSocketSessionTests.cs", "Who_does_not_read_is_a_slow_consumer_and_is_told_so_when_it_reads"),
        ("chat_db_failures_total", "Chat.Tests/Telemetry/TroubleMetricsTests.cs", "Work_that_the_database_does_not_do_is_counted_by_its_kind"),
        ("chat_db_repeats_total", "Chat.SystemTests/Storage/MySqlSessionTests.cs", "Nothing_comes_of_what_was_given_up"),
        ("chat_webhook_lag_seconds", "Chat.Tests/Webhooks/WebhookLagTests.cs", "The_lag_grows_while_an_endpoint_fails_and_is_over_when_it_takes"),
        ("chat_node_ready", "Chat.Tests/Telemetry/TroubleMetricsTests.cs", "A_node_without_its_lease_is_not_ready_and_is_again_when_it_has_one"),
        ("chat_cluster_members", "Chat.SystemTests/Cluster/MembershipTests.cs", "A_node_that_comes_later_joins_and_one_that_leaves_is_not_missed"),
        ("chat_bridge_published_total", "Chat.SystemTests/Bridge/RedisTroubleTests.cs", "The_metrics_count_what_crosses"),
        ("chat_bridge_received_total", "Chat.SystemTests/Bridge/RedisTroubleTests.cs", "The_metrics_count_what_crosses"),
        ("chat_bridge_no_receiver_total", "Chat.SystemTests/Bridge/RedisTroubleTests.cs", "The_metrics_count_what_crosses"),
        ("chat_bridge_queued_unavailable_total", "Chat.SystemTests/Bridge/RedisTroubleTests.cs", "Nothing_that_was_acknowledged_is_lost_while_redis_is_away_and_everything_subscribes_again"),
        ("chat_bridge_queued_unknown_total", "Chat.SystemTests/Bridge/RedisTroubleTests.cs", "Nothing_that_was_acknowledged_is_lost_while_redis_is_away_and_everything_subscribes_again"),
        ("chat_bridge_connected", "Chat.SystemTests/Bridge/RedisTroubleTests.cs", "Nothing_that_was_acknowledged_is_lost_while_redis_is_away_and_everything_subscribes_again"),
        ("chat_bridge_garbage_total", "Chat.Tests/Actors/ArrivalCountTests.cs", "What_is_no_message_is_counted"),
        ("chat_bridge_overflowed_total", "Chat.Tests/Actors/ArrivalCountTests.cs", "What_comes_too_fast_is_counted_and_so_is_what_is_lost"),
        ("chat_bridge_lost_total", "Chat.Tests/Actors/ArrivalCountTests.cs", "What_comes_too_fast_is_counted_and_so_is_what_is_lost"),
    ];

    /// <summary>A setting: it is what it is, and is looked at by its value.</summary>
    const string Bound = "chat_queue_bound";

    /// <summary>It falls, by itself.</summary>
    const string Expiry = "chat_certificate_expiry_seconds";

    static IEnumerable<string> Still => MovedElsewhere.Select(each => each.Metric).Append(Bound).Append(Expiry);

    [Fact]
    public async Task Every_metric_that_they_name_is_there_and_those_that_a_load_moves_move()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        using var certificates = new TestCertificates();
        using var folder = new TestFolder(StorageProvider.MySql);
        await using var node = await TestNode.StartAsync(
            folder, [$"--Chat:Redis:ConnectionString={redis.ConnectionString}", "--Chat:TlsPort=0", "--Chat:Webhooks:AllowPrivate=true", $"--Chat:Api:Keys:0={Key}", .. certificates.Settings(folder)]);
        var before = await MetricsPage.ReadAsync(node.HttpPort);
        await using var alice = await node.LogInNewAsync("alice");
        await using var bob = await node.LogInNewAsync("bob");
        await LoadAsync(node, receiver, alice, bob);

        var named = NamesOfAlerts().Concat(NamesOfDashboard()).ToHashSet();
        Assert.InRange(named.Count, 25, 100);
        var after = await MetricsPage.ReadAsync(node.HttpPort);
        Assert.Equal([], named.Except(after.Names).Order(StringComparer.Ordinal));
        Assert.Equal([], named.Except(Still).Where(name => before.Sum(name) >= after.Sum(name)).Order(StringComparer.Ordinal));
        Assert.Equal([], Still.Except(named)); // a name that nobody uses any more

        Assert.Equal((1, 1, 1), (after.Sum("chat_node_ready"), after.Sum("chat_cluster_members"), after.Sum("chat_bridge_connected")));
        Assert.InRange(after.Sum(Expiry), 50 * 86400, 60 * 86400);
        Assert.True(after.Sum(Expiry) < before.Sum(Expiry));
        Assert.Equal((2, 2), (after.Sum("chat_connections", "profile=\"modern\""), after.Sum("chat_sessions")));
        Assert.Equal((16384, 2), (after.Sum(Bound, "queue=\"log\""), after.Sum("chat_queue_depth", "queue=\"connections\"")));
        Assert.True(after.Sum("chat_logins_total", "result=\"rejected\"") > before.Sum("chat_logins_total", "result=\"rejected\""));
        Assert.True(after.Sum("chat_refusals_total", "reason=\"malformed\"") > before.Sum("chat_refusals_total", "reason=\"malformed\""));
        Assert.Equal(
            after.Sum("chat_log_batch_size_sum") - before.Sum("chat_log_batch_size_sum"), after.Sum("chat_messages_accepted_total") - before.Sum("chat_messages_accepted_total"));
    }

    /// <summary>A metric that this test does not move is moved, and looked at, by the test that stands beside it.</summary>
    [Fact]
    public void What_is_not_moved_here_is_moved_by_the_test_that_is_named()
    {
        Assert.Equal([], MovedElsewhere.Where(each => BodyOf(each.File, each.Test) is not { } body || !NamesOf(each.Metric).Any(name => body.Contains($"\"{name}\"", StringComparison.Ordinal))));
        Assert.Null(BodyOf("Chat.Tests/Telemetry/TroubleMetricsTests.cs", "No_such_test"));
    }

    [Fact]
    public void Every_alert_says_for_whom_it_is_and_what_to_do()
    {
        var rules = Rules().ToList();
        Assert.All(rules, rule =>
        {
            Assert.Contains((string)((Dictionary<object, object>)rule["labels"])["severity"], (string[])["critical", "warning"]);
            var annotations = (Dictionary<object, object>)rule["annotations"];
            Assert.NotEqual("", annotations["summary"]);
            Assert.NotEqual("", annotations["description"]);
        });
        Assert.Equal(
            ["certificate", "commit", "node", "queue", "refusals", "webhook"],
            ((string[])["certificate", "commit", "node", "queue", "refusals", "webhook"]).Where(word => rules.Exists(rule => ((string)rule["expr"]).Contains(word, StringComparison.Ordinal))));
        Assert.Contains(rules, rule => (string)rule["expr"] == "up{job=\"chat\"} == 0"); // Prometheus' own
    }

    /// <summary>Pushes, rows of the queue and their way out, a wrong password, nonsense, a webhook.</summary>
    static async Task LoadAsync(TestNode node, WebhookReceiver receiver, ModernTestClient alice, ModernTestClient bob)
    {
        using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.HttpPort}/api/v1/"), Timeout = TestNode.Patience };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using var made = await api.PostAsJsonAsync(new Uri("webhooks", UriKind.Relative), new { url = receiver.Url, types = new[] { "message.created" } });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        string absent;
        await using (var carol = await node.LogInNewAsync("carol"))
        {
            absent = carol.Name;
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(0, (await alice.SendToAsync(bob.UserId, $"text {i}")).Number("errno"));
                await bob.NextAsync();
            }

            Assert.NotEqual(0, (await carol.RequestAsync(new { msgid = 1, name = absent, password = "wrong" })).Number("errno"));
            Assert.NotEqual(0, (await carol.RequestAsync(new { msgid = 6, msg = "to nobody" })).Number("errno"));
        }

        var found = await node.ScalarAsync<long>($"SELECT id FROM Users WHERE name = '{absent}'");
        await node.EventuallyAsync(0L, $"SELECT COUNT(*) FROM UserPresence WHERE userid = {found}");
        Assert.Equal(0, (await alice.SendToAsync((int)found, "later")).Number("errno"));
        await node.EventuallyAsync(1L, $"SELECT COUNT(*) FROM OfflineMessage WHERE userid = {found}");
        await using (var stranger = await node.ConnectAsync())
            Assert.NotEqual(0, (await stranger.RequestAsync(new { msgid = 1, name = absent, password = "wrong" })).Number("errno"));
        await using (var again = await node.ConnectAsync())
        {
            await again.LogInAsync(new { msgid = 1, name = absent, password = "secret" });
            await again.NextAsync();
        }

        await Eventually.TrueAsync(() => receiver.Events.Any(each => each.IsTaken));
        await Eventually.EqualAsync(2d, async () => (await MetricsPage.ReadAsync(node.HttpPort)).Sum("chat_sessions")); // who has left is not there any more
    }

    /// <summary>A metric as Prometheus has it, and as the code does, where a unit and the kind of a counter are no part of the name.</summary>
    static IEnumerable<string> NamesOf(string metric)
    {
        var plain = Suffix().Replace(metric, "");
        var begin = plain.StartsWith("chat_bridge_", StringComparison.Ordinal) ? "chat_bridge_" : plain[..(plain.IndexOf('_', "chat_".Length) is var end and > 0 ? end + 1 : plain.Length)];
        return [metric, begin.Replace('_', '.') + plain[begin.Length..], "chat." + plain["chat_".Length..]];
    }

    /// <summary>The text of a test; null if there is none that has this name.</summary>
    static string? BodyOf(string file, string test)
    {
        var text = Repository.Read(file);
        var begin = text.IndexOf($" {test}(", StringComparison.Ordinal);
        if (begin < 0)
            return null;
        var end = text.IndexOf("\n    }\n", begin, StringComparison.Ordinal);
        return text[begin..end];
    }

    static IEnumerable<Dictionary<object, object>> Rules()
    {
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, List<Dictionary<string, object>>>>(Repository.Read("deploy/prometheus/chat-alerts.yml"));
        return file["groups"].SelectMany(group => (List<object>)group["rules"]).Cast<Dictionary<object, object>>();
    }

    static IEnumerable<string> NamesOfAlerts() => Rules().SelectMany(rule => NamesIn((string)rule["expr"]));

    static List<string> NamesOfDashboard()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("deploy/grafana/chat.json"));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!).ToList();
        return expressions.SelectMany(NamesIn).ToList();
    }

    static IEnumerable<string> NamesIn(string expression) => Name().Matches(expression).Select(match => match.Value);

    [GeneratedRegex("(_seconds)?(_total)?$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Suffix();

    [GeneratedRegex(@"\bchat_\w+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Name();
}
