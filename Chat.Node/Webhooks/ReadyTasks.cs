namespace Chat.Node.Webhooks;

/// <summary>Tasks of an endpoint that wait for their turn, in order; one may be taken out from the middle. Pure.</summary>
sealed class ReadyTasks
{
    readonly LinkedList<WebhookTask> _order = new();
    readonly Dictionary<WebhookTask, LinkedListNode<WebhookTask>> _places = [];

    public int Count => _places.Count;

    public void Enqueue(WebhookTask task)
    {
        if (!_places.ContainsKey(task))
            _places[task] = _order.AddLast(task);
    }

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WebhookTask? task)
    {
        task = _order.First?.Value;
        if (task is null)
            return false;
        Remove(task);
        return true;
    }

    public void Remove(WebhookTask task)
    {
        if (_places.Remove(task, out var place))
            _order.Remove(place);
    }
}
