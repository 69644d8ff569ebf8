using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.SystemTests.Deployment;

/// <summary>The environment that a deployment file gives to a node, read as the node does: an unknown setting fails.</summary>
static class NodeEnvironment
{
    public static ChatSettings Read(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var settings = variables.Where(variable => variable.Key.StartsWith("Chat__", StringComparison.OrdinalIgnoreCase))
            .Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value)).ToList();
        Assert.NotEmpty(settings);
        return ChatSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
    }
}
