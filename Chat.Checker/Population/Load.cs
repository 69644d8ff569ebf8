using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>
/// An open load: so many messages in a second, whatever the nodes do, by clients that are drawn by lot. A client that has too many
/// without an acknowledgement is passed over; sometimes one goes offline for a while.
/// </summary>
sealed class Load(RunServices services, Crowd crowd, PopulationPlan plan, int seed)
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>What was held up is not made up for all at once.</summary>
    const int MaxAtOnce = 200;

    readonly Random _random = new(seed);
    readonly List<(Device Device, ConversationId Conversation)> _direct = [.. Routes(crowd, isModern: true, isGroup: false)];
    readonly List<(Device Device, ConversationId Conversation)> _group = [.. Routes(crowd, isModern: true, isGroup: true)];
    readonly List<(Device Device, ConversationId Conversation)> _legacy =
        [.. Routes(crowd, isModern: false, isGroup: false), .. Routes(crowd, isModern: false, isGroup: true)];

    /// <summary>Messages that were not made because their client was waiting or away.</summary>
    public int PassedOver { get; private set; }

    /// <summary>Until it is told to end.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(Interval);
        var (start, made, nextAway) = (services.Clock.Now, 0L, services.Clock.Now + plan.AwayEveryMilliseconds);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                var now = services.Clock.Now;
                var due = (now - start) * plan.Rate / 1000;
                for (var i = Math.Min(due - made, MaxAtOnce); i > 0; i--)
                    Post();
                made = due;
                if (plan.AwayEveryMilliseconds == 0 || now < nextAway)
                    continue;
                nextAway = now + plan.AwayEveryMilliseconds;
                var device = crowd.Devices[_random.Next(crowd.Devices.Count)];
                if (device.IsModern || plan.LegacyClientsGoAway)
                    device.GoAway(_random.Next(200, 4000));
            }
        }
        catch (OperationCanceledException)
        {
            // enough
        }
    }

    void Post()
    {
        var lot = _random.Next(100);
        var routes = lot < plan.LegacyPercent && _legacy.Count > 0 ? _legacy
            : lot < plan.LegacyPercent + plan.GroupPercent && _group.Count > 0 ? _group : _direct;
        var (device, conversation) = routes[_random.Next(routes.Count)];
        if (!device.TryPost(conversation))
            PassedOver++;
    }

    static IEnumerable<(Device Device, ConversationId Conversation)> Routes(Crowd crowd, bool isModern, bool isGroup) =>
        from device in crowd.Devices
        where device.IsModern == isModern
        from conversation in crowd.Members
        where conversation.Key.IsGroup == isGroup && conversation.Value.Contains(device.Account.User)
        select (device, conversation.Key);
}
