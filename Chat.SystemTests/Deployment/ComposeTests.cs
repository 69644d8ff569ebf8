using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using MySqlConnector;
using Xunit;
using YamlDotNet.Core;

namespace Chat.SystemTests.Deployment;

/// <summary>What can be said of <c>docker-compose.yml</c> without a Docker engine.</summary>
[Collection(NodeCollection.Name)]
public sealed class ComposeTests : IDisposable
{
    readonly ComposeFile _compose = ComposeFile.OfTheProject();
    readonly TestFolder _folder = new();

    List<KeyValuePair<string, ComposeService>> Nodes => [.. _compose.Services.Where(service => service.Value.Image == "chatactors")];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_node_gets_settings_that_it_knows_and_a_name_of_its_own()
    {
        Assert.Equal(["node1", "node2", "node3"], Nodes.Select(node => node.Key));
        Assert.All(Nodes, node =>
        {
            var settings = NodeEnvironment.Read(node.Value.Environment);
            Assert.Equal((StorageProvider.MySql, node.Key, true), (settings.Storage, settings.ClusterHostname, settings.IsClustered));
            Assert.True(settings.Web.HasPage); // what the file says at its top
            node.Value.Environment.Remove("Chat__Cluster__Hostname");
            Assert.Equal(Nodes[0].Value.Environment, node.Value.Environment);
        });
    }

    [Fact]
    public void A_setting_that_does_not_exist_would_be_found()
    {
        Nodes[2].Value.Environment.Add("Chat__Prot", "6001");
        Assert.Contains("Chat:Prot", Assert.Throws<SettingsException>(() => NodeEnvironment.Read(Nodes[2].Value.Environment)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_does_not_exist_would_be_found() => Assert.Throws<YamlException>(() => ComposeFile.Read(
        Repository.Read("docker-compose.yml").Replace("stop_grace_period", "stop_grace_time", StringComparison.Ordinal)));

    [Fact]
    public void The_nodes_log_in_to_the_database_that_is_there()
    {
        var (mysql, settings) = (_compose.Services["mysql"].Environment, NodeEnvironment.Read(Nodes[0].Value.Environment));
        var connection = new MySqlConnectionStringBuilder(settings.ConnectionString);
        Assert.Equal(
            ("mysql", mysql["MYSQL_USER"], mysql["MYSQL_PASSWORD"], mysql["MYSQL_DATABASE"]),
            (connection.Server, connection.UserID, connection.Password, connection.Database));
        Assert.Equal("from-outside", connection.Password); // a password in the file would be everybody's
        Assert.Equal("redis:6379", settings.RedisConnectionString);
        Assert.Contains("redis", _compose.Services.Keys);
    }

    [Fact]
    public void Every_service_comes_back_by_itself_and_can_be_asked_how_it_is()
    {
        Assert.Equal(["mysql", "nginx", "node1", "node2", "node3", "redis"], _compose.Services.Keys.Order(StringComparer.Ordinal));
        Assert.All(_compose.Services, service =>
        {
            Assert.Equal("unless-stopped", service.Value.Restart);
            var isNode = service.Value.Image == "chatactors"; // its question is in the image
            Assert.Equal(isNode, service.Value.Healthcheck is null);
            Assert.True(isNode || service.Value.Image.Contains(':', StringComparison.Ordinal), $"{service.Key} takes whatever is the latest");
        });
    }

    [Fact]
    public void A_node_is_built_once_and_has_the_time_to_drain()
    {
        Assert.Equal("node1", Assert.Single(Nodes, node => node.Value.Build is not null).Key);
        Assert.All(Nodes, node => Assert.Equal("60s", node.Value.StopGracePeriod));
    }

    [Fact]
    public void Only_nginx_can_be_reached_from_outside_and_it_leads_to_the_nodes()
    {
        var nginx = _compose.Services["nginx"];
        Assert.Equal(["6000:6000", "8000:8000"], nginx.Ports);
        Assert.DoesNotContain(_compose.Services, service => service.Key != "nginx" && service.Value.Ports.Count > 0);
        Assert.Equal(["./nginx.conf:/etc/nginx/nginx.conf:ro"], nginx.Volumes);
        var file = Repository.Read("nginx.conf");
        Assert.Contains(" listen 6000 ", file, StringComparison.Ordinal);
        Assert.Contains(" listen 8000 ", file, StringComparison.Ordinal);
        Assert.All(Nodes, node =>
        {
            var settings = NodeEnvironment.Read(node.Value.Environment);
            Assert.Contains($" server {node.Key}:{settings.Port} ", file, StringComparison.Ordinal);
            Assert.Contains($" server {node.Key}:{settings.Web.Port} ", file, StringComparison.Ordinal);
            Assert.NotEmpty(settings.Web.TrustedProxies);
        });

        // nginx hides the clients, and is no loopback: a limit by address would be one for all of them.
        Assert.Contains("# proxy_protocol on;", file, StringComparison.Ordinal);
        Assert.All(Nodes, node => Assert.Equal(0, NodeEnvironment.Read(node.Value.Environment).Limits.LoginsPerMinutePerAddress));
    }

    [Fact]
    public async Task Nginx_is_healthy_while_a_node_answers_through_it()
    {
        var test = _compose.Services["nginx"].Healthcheck!.Test;
        Assert.Equal("CMD", test[0]);
        await using var node = await TestNode.StartAsync(_folder);
        await using var nginx = await NginxServer.StartAsync([node.Port]);
        string[] command = [.. test.Skip(1).Select(part => part.Replace("/6000 ", $"/{nginx.Port} ", StringComparison.Ordinal))];
        Assert.NotEqual(test.Skip(1), command);

        Assert.Equal(0, await Shell.RunAsync(command));
        await node.StopAsync();
        Assert.NotEqual(0, await Shell.RunAsync(command));
    }
}
