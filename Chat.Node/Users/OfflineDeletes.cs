using Akka.Actor;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>One user's deletions from the offline queue: each is tried again and again until it is done. Answers with a <see cref="Deleted"/>.</summary>
sealed class OfflineDeletes(int userId, OfflineStore store, IActorRef self)
{
    const int MaxFailed = 1000;

    public sealed record Deleted(bool HasFailed, Func<Task> Again) : INoSerializationVerificationNeeded;

    Queue<Func<Task>>? _failed;
    int _underWay;

    public bool HasOpenWork => _underWay > 0 || _failed is not null;

    public bool IsUnderWay => _underWay > 0;

    // Each of these methods holds a lambda and nothing else. The object with what a lambda captures is made where its method begins: in a larger
    // method also for calls that delete nothing.
    public void DeleteUpTo(ConversationId conversation, long upTo) => Delete(() => store.DeleteUpToAsync(userId, conversation, upTo));

    public void DeleteRow(long rowId) => DeleteRows([rowId]);

    public void DeleteRows(IReadOnlyCollection<long> rowIds) => Delete(() => store.DeleteAsync(userId, rowIds));

    public void OnDeleted(Deleted deleted)
    {
        _underWay--;
        if (deleted.HasFailed && (_failed ??= new Queue<Func<Task>>()).Count < MaxFailed)
            _failed.Enqueue(deleted.Again);
    }

    public void OnTick()
    {
        var failed = _failed;
        _failed = null;
        while (failed?.TryDequeue(out var delete) == true)
            Delete(delete);
    }

    void Delete(Func<Task> delete)
    {
        _underWay++;
        delete().PipeTo(
            self, success: () => new Deleted(HasFailed: false, delete), failure: _ => new Deleted(HasFailed: true, delete));
    }
}
