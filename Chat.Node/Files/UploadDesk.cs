using System.Security.Cryptography;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Files;

/// <summary>Where the bytes of a file go, or why nowhere.</summary>
sealed record UploadStart(ErrorCode Error, string Reason, UploadReply? Reply = null);

/// <summary>Files that are to come: whether they may, and where to.</summary>
sealed class UploadDesk(FileStore store, IFileBytes bytes, FileLinks links, FileSettings settings, TimeProvider clock, ILogger<UploadDesk> logger)
{
    const int IdBytes = 16;

    /// <summary>Of what is derived from a request that may come again.</summary>
    const string Purpose = "file";

    /// <summary>Whether this node takes files, as far as it knows.</summary>
    public bool IsOn => settings.IsOn && Problem is null;

    /// <summary>What was wrong with the place for files at the start; null: nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Before clients come.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    /// <exception cref="SettingsException">The place for files says that a setting is wrong.</exception>
    public async Task PrepareAsync()
    {
        if (!settings.IsOn)
            return;
        await links.PrepareAsync();
        await bytes.CheckAsync();
        try
        {
            Problem = await bytes.ProblemAsync(makes: false);
        }
        catch (StorageException e) when (settings.Bucket is not null)
        {
            FileLog.PlaceSilent(logger, e.Message); // it is asked again with each file
        }
    }

    /// <param name="userId">Whose file it becomes.</param>
    /// <param name="request">What is to come.</param>
    /// <param name="once">That request, if it may come again: its repetition is told by <see cref="FindAsync"/>.</param>
    /// <exception cref="StorageException">The database does not answer.</exception>
    /// <exception cref="DuplicateKeyException">The same request came before.</exception>
    public async Task<UploadStart> StartAsync(int userId, StartUploadRequest request, RepeatKey? once = null)
    {
        if (!IsOn)
            return new UploadStart(ErrorCode.Off, settings.IsOn ? "this node takes no files now" : "this server takes no files");
        if (request.Size > settings.MaxBytes)
            return new UploadStart(ErrorCode.TooLarge, $"\"size\" is {request.Size}: at most {settings.MaxBytes} bytes are taken");
        if (await bytes.ProblemAsync(makes: true) is not null)
            return new UploadStart(ErrorCode.Off, "this node takes no files now");
        var file = new StoredFile
        {
            Id = IdOf(once is null ? RandomNumberGenerator.GetBytes(IdBytes) : once.Derive(Purpose)),
            Owner = userId,
            Name = request.FileName,
            Type = request.Type,
            Size = request.Size,
            Sha256 = Convert.FromHexString(request.Sha256),
            Until = (clock.GetUtcNow() + FileLinks.PutLifetime).ToUnixTimeMilliseconds(),
        };
        return await store.AnnounceAsync(file, settings.MaxPerUserMegabytes * 1024L * 1024, once) is { } problem
            ? new UploadStart(ErrorCode.Full, problem)
            : StartOf(file);
    }

    /// <summary>What a request that comes again was told before; as long as there is such a file.</summary>
    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<UploadStart> FindAsync(RepeatKey once, RepeatedWrite known) =>
        IsOn && await store.FindAsync(IdOf(once.Derive(Purpose, known))) is { Standing: not FileState.Doomed } file
            ? StartOf(file)
            : new UploadStart(ErrorCode.NotFound, "the file of this request is there no more");

    UploadStart StartOf(StoredFile file) => new(
        ErrorCode.None, "", new UploadReply(file.Id, links.PutAddress(file.Id, file.Owner, file.Until), file.Until) { Url = links.GetAddress(file.Id, file.Owner) });

    static string IdOf(byte[] bytes) => FileRule.IdPrefix + Convert.ToHexStringLower(bytes.AsSpan(0, IdBytes));
}
