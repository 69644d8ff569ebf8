using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>The commands that send files and get them.</summary>
/// <param name="client">Carries them out.</param>
/// <param name="contacts">Who and what is known by name.</param>
/// <param name="find">The conversation that a text names.</param>
sealed class FileCommands(ChatClient client, Contacts contacts, Func<string, CancellationToken, Task<ConversationId>> find)
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
    public async Task<CommandOutcome?> RunAsync(CommandCall call, ConversationId? target, CancellationToken cancellationToken) => call.Name switch
    {
        "send" => await SendAsync(call[0]!, target ?? throw new CommandException("to whom? /to WHO first"), cancellationToken),
        "save" => await SaveAsync(await find(call[0]!, cancellationToken), CommandRunner.Number(call[1]!, "NUMBER"), call[2] ?? ".", cancellationToken),
        _ => null,
    };

    /// <summary>What kind of file it is, as its name says.</summary>
    public static string TypeOf(string name) => Types.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream");

    async Task<CommandOutcome> SendAsync(string path, ConversationId conversation, CancellationToken cancellationToken)
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

    async Task<CommandOutcome> SaveAsync(ConversationId conversation, long seq, string folder, CancellationToken cancellationToken)
    {
        folder = Expand(folder);
        if (!Directory.Exists(folder))
            throw new CommandException($"there is no folder \"{folder}\"");
        var page = await client.FetchMessagesAsync(conversation, [seq], cancellationToken);
        if (page.Messages is not [{ Attachments: { Count: > 0 } files }])
            throw new CommandException(page.Messages.Count == 0 ? $"there is no message {seq} here" : $"message {seq} has no files");
        using var patience = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var saved = new List<string>();
        foreach (var file in files)
            saved.Add(await FileSaving.SaveAsync(folder, file.Name, content => client.DownloadAsync(file, content, either.Token)));
        return new CommandDone($"saved {string.Join(", ", saved)}");
    }

    static string Expand(string path) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
        : path;

    static FileStream Open(string path)
    {
        path = Expand(path);
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
