using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Client;

/// <summary>A fake server with two users, for tests of <see cref="ChatActors.Client.ChatClient"/>.</summary>
public abstract class ClientScenario : IAsyncLifetime, IAsyncDisposable
{
    private protected ClientScenario(FakeChatServer? server = null)
    {
        Server = server ?? new();
        Alice = Server.AddUser("alice");
        Bob = Server.AddUser("bob");
        AliceAndBob = ConversationId.Direct(Alice, Bob);
    }

    private protected FakeChatServer Server { get; }

    private protected int Alice { get; }

    private protected int Bob { get; }

    private protected ConversationId AliceAndBob { get; }

    Task IAsyncLifetime.InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
    }
}
