namespace Chat.Node.Conversations;

/// <summary>
/// What other nodes, living or gone, may have left unfinished: rows at or after this time may not have reached everybody.
/// Asked for whenever conversations start, because they may have moved here from any of them.
/// </summary>
/// <param name="oldest">Milliseconds since 1970; <see cref="long.MaxValue"/> when nothing is unfinished.</param>
sealed class UnfinishedNodes(Func<Task<long>> oldest)
{
    /// <exception cref="Storage.StorageException">The database does not say.</exception>
    public Task<long> OldestTsAsync() => oldest();
}
