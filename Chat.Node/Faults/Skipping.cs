namespace Chat.Node.Faults;

/// <summary>Only in tests of the checker: says of some items that they are written, and does not write them.</summary>
/// <param name="faults">Says when.</param>
/// <param name="isRefused">Such an item is left to the writer: it would not write it either.</param>
/// <param name="pretend">Says that the item is written.</param>
/// <param name="write">What writes the rest.</param>
sealed class Skipping<T>(InjectedFaults faults, Func<T, bool> isRefused, Action<T> pretend, Func<List<T>, Task> write)
{
    public Task WriteAsync(List<T> batch)
    {
        batch.RemoveAll(item =>
        {
            if (isRefused(item) || !faults.IsDue(InjectedFault.Drop))
                return false;
            pretend(item);
            return true;
        });
        return batch.Count == 0 ? Task.CompletedTask : write(batch);
    }
}
