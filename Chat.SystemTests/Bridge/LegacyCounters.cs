namespace Chat.SystemTests.Bridge;

/// <summary>What a <see cref="LegacyServer"/> has done so far. Each is counted when it is over.</summary>
sealed class LegacyCounters
{
    int _handled;
    int _deliveredLocally;
    int _published;
    int _publishedToNobody;
    int _publishFailures;
    int _receivedFromRedis;
    int _queued;
    int _queueFailures;

    /// <summary>
    /// Reads of a client's socket whose object has been handled to the end. Such a server loses all but the first object of a read, so who
    /// wants each to be seen sends the next when this has been counted.
    /// </summary>
    public int Handled => Volatile.Read(ref _handled);

    /// <summary>Chats to users who are connected here: from clients of this server.</summary>
    public int DeliveredLocally => Volatile.Read(ref _deliveredLocally);

    /// <summary>PUBLISHes that Redis has answered, whatever it said.</summary>
    public int Published => Volatile.Read(ref _published);

    /// <summary>Those of them that nobody has received: they are lost.</summary>
    public int PublishedToNobody => Volatile.Read(ref _publishedToNobody);

    /// <summary>PUBLISHes on a broken connection: they are lost too.</summary>
    public int PublishFailures => Volatile.Read(ref _publishFailures);

    /// <summary>Payloads of subscriptions, delivered or queued.</summary>
    public int ReceivedFromRedis => Volatile.Read(ref _receivedFromRedis);

    /// <summary>Rows in OfflineMessage.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Rows that the database did not take: those messages are lost.</summary>
    public int QueueFailures => Volatile.Read(ref _queueFailures);

    public void CountHandled() => Interlocked.Increment(ref _handled);

    public void CountDeliveredLocally() => Interlocked.Increment(ref _deliveredLocally);

    public void CountReceivedFromRedis() => Interlocked.Increment(ref _receivedFromRedis);

    /// <param name="receivers">What Redis said; null if it said nothing.</param>
    public void CountPublished(long? receivers)
    {
        if (receivers is 0)
            Interlocked.Increment(ref _publishedToNobody);
        Interlocked.Increment(ref receivers is null ? ref _publishFailures : ref _published);
    }

    public void CountQueued(bool isThere) => Interlocked.Increment(ref isThere ? ref _queued : ref _queueFailures);
}
