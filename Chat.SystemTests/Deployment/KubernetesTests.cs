using Chat.Node.Settings;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using k8s;
using k8s.Models;
using Xunit;
using YamlDotNet.Core;

namespace Chat.SystemTests.Deployment;

/// <summary>What can be said of the manifests without a Kubernetes: they fit its types strictly, each other, and the node.</summary>
[Collection(NodeCollection.Name)]
public sealed class KubernetesTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly List<object> _objects = [.. Files("*.yaml").SelectMany(file => Load(Repository.Read(file)))];

    V1StatefulSet Nodes => Assert.Single(_objects.OfType<V1StatefulSet>());

    V1Container Container => Assert.Single(Nodes.Spec.Template.Spec.Containers);

    V1Service NamesOfNodes => Assert.Single(_objects.OfType<V1Service>(), service => service.Spec.ClusterIP == "None");

    V1Service ForClients => Assert.Single(_objects.OfType<V1Service>(), service => service.Spec.ClusterIP != "None");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_file_fits_the_types_of_Kubernetes() => Assert.Equal(
        ["V1NetworkPolicy", "V1PodDisruptionBudget", "V1Service", "V1Service", "V1StatefulSet"],
        _objects.Select(each => each.GetType().Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("terminationGracePeriodSeconds", "terminationGraceSeconds")]
    [InlineData("httpGet", "httpget")]
    [InlineData("replicas: 3", "replicas: three")]
    public void A_mistake_would_be_found(string right, string wrong) => Assert.ThrowsAny<YamlException>(
        () => Load(Repository.Read("deploy/kubernetes/statefulset.yaml").Replace(right, wrong, StringComparison.Ordinal)));

    [Fact]
    public void Every_node_gets_settings_that_it_knows_and_is_one_of_the_seeds()
    {
        for (var ordinal = 0; ordinal < Nodes.Spec.Replicas; ordinal++)
        {
            var settings = SettingsOf($"{Nodes.Metadata.Name}-{ordinal}");
            Assert.Equal(StorageProvider.MySql, settings.Storage);
            Assert.Equal(Nodes.Spec.Replicas, settings.SeedNodes.Distinct().Count());
            Assert.Equal($"{settings.ClusterHostname}:{settings.ClusterPort}", settings.SeedNodes[ordinal]);
            Assert.EndsWith($".{NamesOfNodes.Metadata.Name}", settings.ClusterHostname, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_files_fit_each_other()
    {
        var labels = Nodes.Spec.Template.Metadata.Labels;
        Assert.All(
            (IDictionary<string, string>[])
            [
                Nodes.Spec.Selector.MatchLabels, ForClients.Spec.Selector, NamesOfNodes.Spec.Selector,
                Assert.Single(_objects.OfType<V1PodDisruptionBudget>()).Spec.Selector.MatchLabels,
                Assert.Single(_objects.OfType<V1NetworkPolicy>()).Spec.PodSelector.MatchLabels,
            ],
            selector => Assert.Equal(labels, selector));
        Assert.Equal(NamesOfNodes.Metadata.Name, Nodes.Spec.ServiceName);
        Assert.True(NamesOfNodes.Spec.PublishNotReadyAddresses); // else nobody could join before it is ready
        Assert.Equal("1", Assert.Single(_objects.OfType<V1PodDisruptionBudget>()).Spec.MaxUnavailable.Value);

        var secrets = Load(Repository.Read("deploy/kubernetes/secret.yaml.example")).Cast<V1Secret>().Select(secret => (secret.Metadata.Name, Assert.Single(secret.StringData.Keys)));
        var references = Container.Env.Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().ToList();
        Assert.Equal(secrets, references.Select(reference => (reference.Name, reference.Key)));
        Assert.Equal([false, true], references.Select(reference => reference.Optional ?? false)); // without a database there is no node
    }

    [Fact]
    public void The_ports_are_those_of_the_node()
    {
        var settings = SettingsOf("chat-0");
        var ports = Container.Ports.ToDictionary(port => port.Name, port => port.ContainerPort);
        Assert.Equal(new Dictionary<string, int> { ["chat"] = settings.Port, ["web"] = settings.Web.Port!.Value, ["health"] = settings.HttpPort, ["cluster"] = settings.ClusterPort }, ports);
        Assert.Equal([("chat", settings.Port), ("web", settings.Web.Port!.Value)], ForClients.Spec.Ports.Select(port => (port.TargetPort.Value, port.Port)));
        Assert.Equal("cluster", Assert.Single(NamesOfNodes.Spec.Ports).TargetPort.Value);

        // Only nodes reach the cluster's port.
        var rules = Assert.Single(_objects.OfType<V1NetworkPolicy>()).Spec.Ingress;
        Assert.NotNull(Assert.Single(rules, rule => rule.Ports.Any(port => port.Port.Value == "cluster")).FromProperty);
        Assert.Equal(["chat", "cluster", "health", "web"], rules.SelectMany(rule => rule.Ports).Select(port => port.Port.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_probes_ask_what_the_node_answers()
    {
        await using var node = await TestNode.StartAsync(_folder);
        using var http = new HttpClient();
        foreach (var probe in (V1Probe[])[Container.StartupProbe, Container.ReadinessProbe, Container.LivenessProbe])
        {
            Assert.Equal("health", probe.HttpGet.Port.Value);
            using var answer = await http.GetAsync($"http://127.0.0.1:{node.HttpPort}{probe.HttpGet.Path}");
            Assert.True(answer.IsSuccessStatusCode, $"{probe.HttpGet.Path}: {answer.StatusCode}");
        }

        Assert.Equal("/health/ready", Container.ReadinessProbe.HttpGet.Path);
        Assert.Equal("/health/live", Container.LivenessProbe.HttpGet.Path); // a database that is down restarts nobody
    }

    [Fact]
    public void A_node_has_the_time_to_drain_and_no_rights()
    {
        var pod = Nodes.Spec.Template.Spec;
        // The time of what runs before the node is told counts, and so does ending the process itself.
        var before = int.Parse(Container.Lifecycle.PreStop.Exec.Command[^1].Split(' ')[^1]);
        Assert.Equal(3, before);
        Assert.True(pod.TerminationGracePeriodSeconds >= 60 + before + 5);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal((true, false), (Container.SecurityContext.ReadOnlyRootFilesystem, Container.SecurityContext.AllowPrivilegeEscalation));
        Assert.Equal(["ALL"], Container.SecurityContext.Capabilities.Drop);
        Assert.False(pod.AutomountServiceAccountToken);
    }

    /// <summary>What the pod's variables amount to.</summary>
    ChatSettings SettingsOf(string pod) => NodeEnvironment.Read(Container.Env.Select(variable => KeyValuePair.Create(
        variable.Name, variable.Value?.Replace("$(POD_NAME)", pod, StringComparison.Ordinal) ?? "from-outside-as-long-as-a-key-of-the-API-has-to-be")));

    static IEnumerable<string> Files(string pattern) => Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy/kubernetes"), pattern);

    static List<object> Load(string text) => KubernetesYaml.LoadAllFromString(text, strict: true);
}
