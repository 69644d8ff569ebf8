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

    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<UploadStart> StartAsync(int userId, StartUploadRequest request)
    {
        if (!IsOn)
            return new UploadStart(ErrorCode.Off, settings.IsOn ? "this node takes no files now" : "this server takes no files");
        if (request.Size > settings.MaxBytes)
            return new UploadStart(ErrorCode.TooLarge, $"\"size\" is {request.Size}: at most {settings.MaxBytes} bytes are taken");
        if (await bytes.ProblemAsync(makes: true) is not null)
            return new UploadStart(ErrorCode.Off, "this node takes no files now");
        var file = new StoredFile
        {
            Id = FileRule.IdPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            Owner = userId,
            Name = request.FileName,
            Type = request.Type,
            Size = request.Size,
            Sha256 = Convert.FromHexString(request.Sha256),
            Until = (clock.GetUtcNow() + FileLinks.PutLifetime).ToUnixTimeMilliseconds(),
        };
        return await store.AnnounceAsync(file, settings.MaxPerUserMegabytes * 1024L * 1024) is { } problem
            ? new UploadStart(ErrorCode.Full, problem)
            : new UploadStart(ErrorCode.None, "", new UploadReply(file.Id, links.PutAddress(file.Id, userId, file.Until), file.Until) { Url = links.GetAddress(file.Id, userId) });
    }
}
