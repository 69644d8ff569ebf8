using Chat.Protocol;
using Chat.Tests.Support;
using ChatActors.Client;
using PublicApiGenerator;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>What other people's programs compile against. A change of it is wanted, and reviewed: the file changes in the same commit.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(ChatClient), "Chat.Sdk/PublicApi.txt")]
    [InlineData(typeof(MessageKind), "Chat.Protocol/PublicApi.txt")]
    public void The_public_api_is_the_one_on_file(Type type, string file)
    {
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false };
        var api = type.Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n");
        var path = Path.Combine(Repository.Root, file);
        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") == "1")
            File.WriteAllText(path, api + "\n");
        Assert.Equal(File.ReadAllText(path).TrimEnd('\n'), api.TrimEnd('\n'));
    }
}
