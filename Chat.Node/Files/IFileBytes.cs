using Chat.Node.Settings;
using Chat.Node.Storage;

namespace Chat.Node.Files;

/// <summary>Where the bytes of files are, by id: the same place for all nodes.</summary>
interface IFileBytes
{
    /// <summary>At the start: says which setting is wrong, if the place itself can tell. A place that does not answer now may do later.</summary>
    /// <exception cref="SettingsException">It never will.</exception>
    Task CheckAsync();

    /// <summary>What is wrong with the place; null: nothing.</summary>
    /// <param name="makes">Whether files are to be written: then it is made, and marked, if the cluster has none yet.</param>
    /// <exception cref="StorageException">The place, or the database, does not answer.</exception>
    Task<string?> ProblemAsync(bool makes);

    /// <summary>All bytes of a file are there and are right: from the answer on they are there for good.</summary>
    /// <param name="part">The path at which they are now.</param>
    /// <param name="file">What they are.</param>
    /// <param name="cancelled">Nobody waits any more.</param>
    /// <exception cref="StorageException">The place does not answer.</exception>
    Task FinishAsync(string part, StoredFile file, CancellationToken cancelled);

    /// <summary>Some bytes of a file; null: it is not there, or has another size.</summary>
    /// <param name="file">Which.</param>
    /// <param name="range">Which of its bytes.</param>
    /// <param name="cancelled">Nobody waits any more.</param>
    /// <exception cref="StorageException">The place does not answer.</exception>
    Task<Stream?> OpenAsync(StoredFile file, ByteRange range, CancellationToken cancelled);

    /// <summary>Also if it is not there.</summary>
    /// <exception cref="StorageException">The place does not answer.</exception>
    Task DeleteAsync(string id);
}
