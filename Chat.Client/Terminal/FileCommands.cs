using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The command that sends a file.</summary>
/// <param name="client">Carries it out.</param>
/// <param name="contacts">Who and what is known by name.</param>
sealed class FileCommands(ChatClient client, Contacts contacts)
{
    /// <summary>Only against a server that hangs.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".txt"] = "text/plain",
        [".md"] = "text/markdown",
        [".csv"] = "text/csv",
        [".json"] = "application/json",
        [".pdf"] = "application/pdf",
        [".zip"] = "application/zip",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".mp3"] = "audio/mpeg",
        [".mp4"] = "video/mp4",
    };

    /// <summary>Null: it is no command of this kind.</summary>
    /// <param name="call">The command.</param>
    /// <param name="target">To whom plain lines go.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Outcome?> RunAsync(CommandCall call, ConversationId? target, CancellationToken cancellationToken) => call.Name switch
    {
        "send" => await SendAsync(call[0]!, target ?? throw new CommandException("to whom? /to WHO first"), cancellationToken),
        _ => null,
    };

    /// <summary>What kind of file it is, as its name says.</summary>
    public static string TypeOf(string name) => Types.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream");

    async Task<Outcome> SendAsync(string path, ConversationId conversation, CancellationToken cancellationToken)
    {
        var userId = client.UserId ?? throw new ChatException(ErrorCode.NotLoggedIn, "log in first: /login NAME-OR-ID PASSWORD");
        using var patience = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var name = Path.GetFileName(path);
        await using var content = Open(path);
        var file = await client.UploadAsync(content, name, TypeOf(name), either.Token);
        var sent = await client.SendAsync(conversation, "", new MessageReferences { Attachments = [file] }, either.Token);
        return new MessageSent(sent, contacts.NameOf(conversation, userId), AttachmentText.Of(file));
    }

    static FileStream Open(string path)
    {
        if (path.StartsWith("~/", StringComparison.Ordinal))
            path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..]);
        if (Directory.Exists(path))
            throw new CommandException($"\"{path}\" is a folder: /send takes a file");
        if (!File.Exists(path))
            throw new CommandException($"there is no file \"{path}\"");
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"\"{path}\" cannot be read: {e.Message}");
        }
    }
}
