using System.Diagnostics;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Terminals;

/// <summary>Alice in a terminal and Bob with the library, on a node of their own.</summary>
sealed class FullScreenChat : IAsyncDisposable
{
    readonly TestFolder _folder = new();
    TestNode _node = null!;

    public TmuxTerminal Terminal { get; private set; } = null!;

    public ChatClient Bob { get; private set; } = null!;

    public int Port => _node.Port;

    public int AliceId { get; private set; }

    public static async Task<FullScreenChat> StartAsync(bool logsIn = true)
    {
        var chat = new FullScreenChat();
        chat._node = await TestNode.StartAsync(chat._folder);
        chat.Bob = await LogInAsync(chat.Port, "bob");
        chat.Terminal = await TmuxTerminal.StartAsync();
        if (!logsIn)
            return chat;
        await chat.Terminal.StartConsoleAsync(chat.Port, "--name alice --password wonderland --register");
        await chat.Terminal.SeesAsync("logged in as alice");
        chat.AliceId = (await chat.Bob.FindUserAsync("alice"))!.Id;
        return chat;
    }

    /// <summary>A new user with the library.</summary>
    public static async Task<ChatClient> LogInAsync(int port, string name)
    {
        var client = new ChatClient(new() { Endpoints = [new("127.0.0.1", port)] });
        await client.ConnectAsync();
        await client.RegisterAsync(name, "secret");
        await client.LoginAsync(name, "secret");
        return client;
    }

    /// <summary>Waits until it has come; what Bob reads is received.</summary>
    public async Task<ChatMessage> BobReceivesAsync(string text)
    {
        using var patience = new CancellationTokenSource(TestNode.Patience);
        await foreach (var chatEvent in Bob.ReadEventsAsync(patience.Token))
        {
            if (chatEvent is MessageReceived { Message: var message } && message.Text == text)
                return message;
        }

        throw new InvalidOperationException($"\"{text}\" did not come");
    }

    public static async Task SignalAsync(string signal, string processId)
    {
        using var kill = Process.Start("kill", [$"-{signal}", processId.Trim()]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await Terminal.DisposeAsync();
        await Bob.DisposeAsync();
        await _node.DisposeAsync();
        _folder.Dispose();
    }
}
