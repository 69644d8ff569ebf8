using ChatActors.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Client;

public sealed class ChatClientServicesTests
{
    [Fact]
    public async Task There_is_one_client_with_the_options_that_were_given()
    {
        var made = 0;
        await using var provider = new ServiceCollection()
            .AddSingleton(new ChatEndpoint("chat.example", 7000))
            .AddChatClient(services =>
            {
                made++;
                return new ChatClientOptions { Endpoints = [services.GetRequiredService<ChatEndpoint>()] };
            })
            .BuildServiceProvider();
        Assert.Equal(0, made);
        var client = provider.GetRequiredService<ChatClient>();
        Assert.Same(client, provider.GetRequiredService<ChatClient>());
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Without_options_the_defaults_count_and_the_container_disposes_of_the_client()
    {
        ChatClient client;
        await using (var provider = new ServiceCollection().AddChatClient().BuildServiceProvider())
            client = provider.GetRequiredService<ChatClient>();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync());
    }
}
