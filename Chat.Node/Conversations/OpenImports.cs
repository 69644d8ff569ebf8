using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Conversations;

readonly record struct CopyId(int Recipient, long Source, long Number);

/// <summary>A copy that is not settled.</summary>
sealed class OpenImport(Import import, IActorRef asker)
{
    public Import Import => import;

    public CopyId Id => new(import.Recipient, import.Source, import.Number);

    public IActorRef Asker { get; set; } = asker;

    /// <summary>Waits for this row to be logged.</summary>
    public string? Cmid { get; set; }

    /// <summary>Waits for its recipient to confirm this number; 0 before.</summary>
    public long SideNumber { get; set; }
}

/// <summary>Copies that are not settled, and the newest that are: these may come again. Pure.</summary>
sealed class OpenImports
{
    const int MaxOpen = 4096;
    const int MaxSettled = 1024;

    readonly Dictionary<CopyId, OpenImport> _open = [];
    readonly Queue<CopyId> _settledOrder = new();
    readonly HashSet<CopyId> _settled = [];

    public bool IsEmpty => _open.Count == 0;

    public bool IsFull => _open.Count >= MaxOpen;

    public bool IsSettled(CopyId id) => _settled.Contains(id);

    public OpenImport? Find(CopyId id) => _open.GetValueOrDefault(id);

    public void Add(OpenImport open) => _open[open.Id] = open;

    /// <summary>It was not taken.</summary>
    public void Remove(OpenImport open) => _open.Remove(open.Id);

    /// <summary>All copies of a message.</summary>
    public List<OpenImport> Of(string cmid) => [.. _open.Values.Where(open => open.Cmid == cmid)];

    /// <summary>The copies of a message that wait for it to be logged.</summary>
    public List<OpenImport> WaitingFor(string cmid) => [.. _open.Values.Where(open => open.Cmid == cmid && open.SideNumber == 0)];

    public void Settle(OpenImport open)
    {
        _open.Remove(open.Id);
        if (_settled.Add(open.Id))
            _settledOrder.Enqueue(open.Id);
        if (_settledOrder.Count > MaxSettled)
            _settled.Remove(_settledOrder.Dequeue());
    }
}
