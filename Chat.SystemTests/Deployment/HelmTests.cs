using Chat.Node.Settings;
using Chat.Tests.Support;
using k8s;
using k8s.Models;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>What can be said of the chart without a Helm: it makes what the plain files have, and what its values change fits together.</summary>
public sealed class HelmTests
{
    const string Chart = "deploy/helm/chatactors";

    static readonly string Values = Repository.Read($"{Chart}/values.yaml");

    public static TheoryData<string> Templates => [.. FilesOf($"{Chart}/templates")];

    [Theory]
    [MemberData(nameof(Templates))]
    public void With_its_own_values_it_makes_what_the_plain_files_have(string file)
    {
        var rendered = new HelmTemplate("chat", Values).Render(Repository.Read($"{Chart}/templates/{file}"));
        Assert.Contains("app.kubernetes.io/instance: chat", rendered, StringComparison.Ordinal); // two releases in one place
        var alone = string.Join('\n', rendered.Split('\n').Where(line => !line.Contains("app.kubernetes.io/instance:", StringComparison.Ordinal)));
        Assert.Equal(Objects(Repository.Read($"deploy/kubernetes/{file}")), Objects(alone));
    }

    [Fact]
    public void Every_plain_file_has_a_template() => Assert.Equal(FilesOf("deploy/kubernetes"), FilesOf($"{Chart}/templates"));

    [Fact]
    public void A_release_of_another_name_and_size_fits_together()
    {
        var values = Values.Replace("replicas: 3", "replicas: 5", StringComparison.Ordinal)
            .Replace("  Chat__Storage__Provider: MySql", "  Chat__Storage__Provider: MySql\n  Chat__Limits__MaxConnections: \"5000\"", StringComparison.Ordinal);
        var template = new HelmTemplate("talk", values);
        var nodes = Assert.Single(Load<V1StatefulSet>(template, "statefulset.yaml"));
        var named = Assert.Single(Load<V1Service>(template, "services.yaml"), service => service.Spec.ClusterIP == "None");
        Assert.Equal(("talk", 5, named.Metadata.Name), (nodes.Metadata.Name, nodes.Spec.Replicas, nodes.Spec.ServiceName));
        var labels = nodes.Spec.Template.Metadata.Labels;
        Assert.Equal("talk", labels["app.kubernetes.io/instance"]);
        Assert.Equal(labels, named.Spec.Selector);
        Assert.Equal(labels, nodes.Spec.Selector.MatchLabels);
        Assert.Equal(labels, Assert.Single(Load<V1PodDisruptionBudget>(template, "poddisruptionbudget.yaml")).Spec.Selector.MatchLabels);
        Assert.Equal(labels, Assert.Single(Load<V1NetworkPolicy>(template, "networkpolicy.yaml")).Spec.PodSelector.MatchLabels);

        var container = Assert.Single(nodes.Spec.Template.Spec.Containers);
        for (var ordinal = 0; ordinal < 5; ordinal++)
        {
            var settings = NodeEnvironment.Read(container.Env.Select(variable => KeyValuePair.Create(
                variable.Name, variable.Value?.Replace("$(POD_NAME)", $"talk-{ordinal}", StringComparison.Ordinal) ?? "from-outside-as-long-as-a-key-of-the-API-has-to-be")));
            Assert.Equal((StorageProvider.MySql, 5000, 5), (settings.Storage, settings.Limits.MaxConnections, settings.SeedNodes.Count));
            Assert.Equal($"{settings.ClusterHostname}:{settings.ClusterPort}", settings.SeedNodes[ordinal]);
        }
    }

    [Fact]
    public void Its_values_name_settings_that_the_node_has()
    {
        Assert.Equal(StorageProvider.MySql, NodeEnvironment.Read([.. new HelmTemplate("chat", Values).Settings, KeyValuePair.Create("Chat__Storage__ConnectionString", "Server=x")]).Storage);
        var wrong = Values.Replace("Chat__Storage__Provider", "Chat__Storage__Provdier", StringComparison.Ordinal);
        Assert.Throws<SettingsException>(() => NodeEnvironment.Read(new HelmTemplate("chat", wrong).Settings));
    }

    [Fact]
    public void Its_version_is_that_of_the_program()
    {
        var version = Repository.Read("Directory.Build.props").Split("<Version>")[1].Split('<')[0];
        Assert.Contains($"\nversion: {version}\nappVersion: {version}\n", Repository.Read($"{Chart}/Chart.yaml"), StringComparison.Ordinal);
    }

    static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.yaml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

    static IEnumerable<T> Load<T>(HelmTemplate template, string file) =>
        KubernetesYaml.LoadAllFromString(template.Render(Repository.Read($"{Chart}/templates/{file}")), strict: true).OfType<T>();

    /// <summary>As text, with variables in one order.</summary>
    static IEnumerable<string> Objects(string text)
    {
        foreach (var each in KubernetesYaml.LoadAllFromString(text, strict: true))
        {
            if (each is V1StatefulSet nodes)
                nodes.Spec.Template.Spec.Containers[0].Env = [.. nodes.Spec.Template.Spec.Containers[0].Env.OrderBy(variable => variable.Name, StringComparer.Ordinal)];
            yield return KubernetesYaml.Serialize(each);
        }
    }
}
