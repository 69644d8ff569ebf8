namespace Chat.Node.Retention;

/// <summary>How long messages are kept. Pure.</summary>
static class KeepRule
{
    /// <summary>Rows without contents stay so much longer: a message that is sent again is recognised by them.</summary>
    public static readonly TimeSpan EmptiedStay = TimeSpan.FromDays(30);

    /// <summary>
    /// Messages of a deleted group stay so much longer: nobody can read them, and webhooks have so long to bring them to the product's servers.
    /// </summary>
    public static readonly TimeSpan OfDeletedGroup = TimeSpan.FromDays(1);

    /// <summary>The shorter of what the server and the group say; null: for ever.</summary>
    /// <param name="serverDays">0: the server says nothing.</param>
    /// <param name="groupDays">0: the group says nothing.</param>
    public static TimeSpan? Length(int serverDays, int groupDays)
    {
        if (serverDays <= 0 && groupDays <= 0)
            return null;
        return TimeSpan.FromDays(serverDays <= 0 ? groupDays : groupDays <= 0 ? serverDays : Math.Min(serverDays, groupDays));
    }
}
