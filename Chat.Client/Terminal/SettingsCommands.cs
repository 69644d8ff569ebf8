using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The commands about the user's settings that say more than on and off of one conversation.</summary>
/// <param name="client">Carries them out.</param>
/// <param name="find">The conversation that a text names.</param>
sealed class SettingsCommands(ChatClient client, Func<string, CancellationToken, Task<ConversationId>> find)
{
    /// <summary>Null: it is no command of this kind.</summary>
    public async Task<CommandOutcome?> RunAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "receipts" when call[1] is null => await ChangeAsync(new() { HidesReceipts = HidesReceipts(call[0]!) }, cancellationToken),
        "notify" => await NotifyAsync(call, cancellationToken),
        _ => null,
    };

    async Task<CommandOutcome> NotifyAsync(CommandCall call, CancellationToken cancellationToken)
    {
        var level = NotifyLevels.Find(call[1]!.ToLowerInvariant()) ?? throw new CommandException($"/notify takes all, mentions, none or default, not \"{call[1]}\"");
        var conversation = await find(call[0]!, cancellationToken);
        return await ChangeAsync(new() { Notify = new Dictionary<ConversationId, NotifyLevel> { [conversation] = level } }, cancellationToken);
    }

    async Task<CommandOutcome> ChangeAsync(SettingsChange change, CancellationToken cancellationToken) => new SettingsShown(await client.ChangeSettingsAsync(change, cancellationToken));

    static bool HidesReceipts(string word) => word.ToLowerInvariant() switch
    {
        "on" => false,
        "off" => true,
        _ => throw new CommandException($"/receipts takes WHO and the NUMBER of a message, or on or off, not \"{word}\""),
    };
}
