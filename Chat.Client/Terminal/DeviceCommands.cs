using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The commands about the devices on which the user is logged in.</summary>
/// <param name="client">Carries them out.</param>
sealed class DeviceCommands(ChatClient client)
{
    /// <summary>Null: it is no command of this kind.</summary>
    public async Task<CommandOutcome?> RunAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "devices" => new DevicesListed(await client.ListDevicesAsync(cancellationToken)),
        "device" => await DoAsync(
            client.RenameDeviceAsync(call[0]!, call[1] ?? "", cancellationToken), call[1] is { } name ? $"{call[0]} is called {name}" : $"{call[0]} has no name"),
        "revoke" => await DoAsync(client.RevokeDeviceAsync(call[0]!, cancellationToken), $"{call[0]} is logged out"),
        _ => null,
    };

    static async Task<CommandOutcome> DoAsync(Task done, string text)
    {
        await done;
        return new CommandDone(text);
    }
}
