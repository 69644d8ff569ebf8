using Chat.Protocol;
using ChatActors.Client;

// A bot: it answers everybody who writes to it. The client does the rest. When the node dies it connects again, sends what was not acknowledged,
// and hands over what was missed, each message once and in order.
var name = Environment.GetEnvironmentVariable("CHAT_NAME") ?? "echo-bot";
var url = Environment.GetEnvironmentVariable("CHAT_URL") ?? "ws://127.0.0.1:8000/ws";
if (Environment.GetEnvironmentVariable("CHAT_PASSWORD") is not { Length: > 0 } password)
    throw new InvalidOperationException("CHAT_PASSWORD is not set: expected is the password of the bot's account");

await using var client = new ChatClient(new ChatClientOptions { Endpoints = [new ChatEndpoint(new Uri(url))], ClientName = "sample-bot/1.0" });
await client.ConnectAsync();
try
{
    await client.LoginAsync(name, password);
}
catch (ChatException e) when (e.Code == ErrorCode.Rejected)
{
    await client.RegisterAsync(name, password); // the first run
    await client.LoginAsync(name, password);
}

Console.WriteLine($"{name} answers as user {client.UserId}");
await foreach (var happened in client.ReadEventsAsync())
{
    switch (happened)
    {
        case MessageReceived { Message: { IsOwn: false, Conversation.IsGroup: false, Recalled: null } message } when message.SenderId != client.UserId:
            try
            {
                await client.SendToUserAsync(message.SenderId, $"You said: {message.Text}"); // waits until it is acknowledged, over a restart too
            }
            catch (ChatException e)
            {
                Console.WriteLine($"no answer to {message.Conversation} #{message.Seq}: {e.Message}"); // too long, for example
            }

            break;
        case ConnectionLost or Reconnected:
            Console.WriteLine(happened);
            break;
        case LoggedOut { Reason: var reason }:
            throw new InvalidOperationException($"the node does not accept this login any more: {reason}");
    }
}
