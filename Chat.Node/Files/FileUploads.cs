using System.Buffers;
using System.Security.Cryptography;
using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Files;

/// <summary>What came of the bytes of a file: a status of HTTP, and why.</summary>
readonly record struct UploadOutcome(int Status, string Reason);

/// <summary>
/// Takes the bytes of announced files: never more than a piece of them in memory, no more than were announced, and only for a while. A file counts when
/// its bytes are stored and are what its sender has announced.
/// </summary>
sealed class FileUploads(FileParts parts, IFileBytes bytes, FileStore store, FileSettings settings, TimeProvider clock)
{
    /// <summary>Of one user at once, on a node.</summary>
    public const int MaxOfUser = 4;

    /// <summary>The slowest upload, in bytes a second, beside <see cref="Grace"/>.</summary>
    public const int SlowestBytesPerSecond = 16 * 1024;

    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    const int PieceBytes = 64 * 1024;

    readonly TransferPlaces _places = new(settings.Uploads, MaxOfUser);

    /// <summary>Uploads that are under way.</summary>
    public int UnderWay => _places.Taken;

    /// <param name="file">What was announced.</param>
    /// <param name="body">What comes.</param>
    /// <param name="aborted">The client is gone.</param>
    /// <exception cref="StorageException">The database, or the place for files, does not answer.</exception>
    /// <exception cref="IOException">The disk is full, or the client is gone.</exception>
    public async Task<UploadOutcome> TakeAsync(StoredFile file, Stream body, CancellationToken aborted)
    {
        if (!_places.TryEnter(file.Owner))
            return new UploadOutcome(StatusCodes.Status503ServiceUnavailable, "others are sending files now: try again");
        try
        {
            using var deadline = new CancellationTokenSource(Grace + TimeSpan.FromSeconds((double)file.Size / SlowestBytesPerSecond), clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, aborted);
            try
            {
                return await TakeInTimeAsync(file, body, either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                return new UploadOutcome(StatusCodes.Status408RequestTimeout, $"the file came too slowly: at least {SlowestBytesPerSecond} bytes a second are expected");
            }
        }
        finally
        {
            _places.Leave(file.Owner);
        }
    }

    async Task<UploadOutcome> TakeInTimeAsync(StoredFile file, Stream body, CancellationToken cancelled)
    {
        var part = parts.New(file.Id);
        try
        {
            UploadOutcome outcome;
            await using (part)
            {
                outcome = await CopyAsync(file, body, part, cancelled);
                if (outcome.Status == StatusCodes.Status201Created)
                    part.Flush(flushToDisk: true);
            }

            if (outcome.Status != StatusCodes.Status201Created)
                return outcome;
            await bytes.FinishAsync(part.Name, file, cancelled);
            if (await store.StoreAsync(file.Id) || (await store.FindAsync(file.Id))?.IsStored == true)
                return outcome;
            await bytes.DeleteAsync(file.Id); // whoever sweeps may have been here before
            return new UploadOutcome(StatusCodes.Status410Gone, "the file was not waited for any more: announce it again");
        }
        finally
        {
            if (File.Exists(part.Name))
                File.Delete(part.Name);
        }
    }

    static async Task<UploadOutcome> CopyAsync(StoredFile file, Stream body, FileStream part, CancellationToken cancelled)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        var head = new byte[FileTypes.HeadBytes];
        try
        {
            var count = 0L;
            while (await body.ReadAsync(piece.AsMemory(0, PieceBytes), cancelled) is > 0 and var read)
            {
                if (count + read > file.Size)
                    return new UploadOutcome(StatusCodes.Status413PayloadTooLarge, $"more bytes came than the {file.Size} that were announced");
                if (count < head.Length)
                    piece.AsSpan(0, (int)Math.Min(read, head.Length - count)).CopyTo(head.AsSpan((int)count));
                hash.AppendData(piece, 0, read);
                await part.WriteAsync(piece.AsMemory(0, read), cancelled);
                count += read;
            }

            if (count != file.Size)
                return new UploadOutcome(StatusCodes.Status422UnprocessableEntity, $"{count} bytes came, {file.Size} were announced");
            if (!hash.GetHashAndReset().AsSpan().SequenceEqual(file.Sha256))
                return new UploadOutcome(StatusCodes.Status422UnprocessableEntity, "the bytes have another sha256 than was announced");
            return FileTypes.Agrees(file.Type, head.AsSpan(0, (int)Math.Min(count, head.Length)))
                ? new UploadOutcome(StatusCodes.Status201Created, "")
                : new UploadOutcome(StatusCodes.Status422UnprocessableEntity, $"the bytes are no {file.Type}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
