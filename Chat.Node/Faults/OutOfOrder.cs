namespace Chat.Node.Faults;

/// <summary>
/// Only in tests of the checker: passes things on twice, or late. What is late follows the next one of its order.
/// </summary>
/// <param name="faults">Says when.</param>
/// <param name="isOfOneOrder">Whether the late one belongs to the order of the one that has just passed.</param>
/// <param name="pass">Where things go.</param>
sealed class OutOfOrder<T>(InjectedFaults faults, Func<T, T, bool> isOfOneOrder, Action<T> pass)
    where T : struct
{
    T? _late;

    public void Pass(T item)
    {
        if (_late is null && faults.IsDue(InjectedFault.Reorder))
        {
            _late = item;
            return;
        }

        pass(item);
        if (faults.IsDue(InjectedFault.Twice))
            pass(item);
        if (_late is not { } late || !isOfOneOrder(late, item))
            return;
        _late = null;
        pass(late);
    }
}
