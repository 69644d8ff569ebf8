using Chat.Bench.Load;
using Chat.Protocol;

namespace Chat.Bench.Workloads;

/// <summary>Connections that are logged in, and who sends to whom.</summary>
static class Topology
{
    /// <summary>
    /// Users in pairs, each sending to the other. With several targets the pairs are spread over them; in <c>cross</c> the
    /// partners of each pair are at different ones.
    /// </summary>
    public static LoadState Pairs(WorkloadOptions options, SetupProgress progress)
    {
        var count = options.Connections / 2 * 2;
        var targets = options.Targets.Count;
        if (options.IsCross && targets < 2)
            throw new BenchException("cross needs two targets at least");
        var users = Open(options, progress, count, user => (options.IsCross ? user / 2 + user % 2 : user / 2) % targets, _ => null);
        var run = NewRun();
        var flows = new List<Flow>();
        if (options.Partners > 1)
            return new(run, [.. users.Select(user => user.Connection)], Ring(options, run, users));
        for (var user = 0; user < count; user++)
        {
            if (options.IsOneWay && user % 2 == 1)
                continue;
            var (sender, receiver) = (users[user], users[user ^ 1]);
            var conversation = ConversationId.Direct(sender.Connection.UserId, receiver.Connection.UserId).ToString();
            flows.Add(NewFlow(options, run, flows.Count, sender, receiver.Connection.UserId, isGroup: false, [receiver.Connection], conversation));
        }

        return new(run, [.. users.Select(user => user.Connection)], flows);
    }

    /// <summary>Each user writes to those who follow it in a ring: every conversation has one writer.</summary>
    static List<Flow> Ring(WorkloadOptions options, uint run, Enrolled[] users)
    {
        var flows = new List<Flow>();
        for (var distance = 1; distance <= options.Partners; distance++)
        {
            for (var user = 0; user < users.Length; user++)
            {
                var (sender, receiver) = (users[user], users[(user + distance) % users.Length]);
                var conversation = ConversationId.Direct(sender.Connection.UserId, receiver.Connection.UserId).ToString();
                flows.Add(NewFlow(options, run, flows.Count, sender, receiver.Connection.UserId, isGroup: false, [receiver.Connection], conversation));
            }
        }

        return flows;
    }

    /// <summary>Groups of the same size, some members of each sending, all others receiving.</summary>
    public static LoadState Groups(WorkloadOptions options, SetupProgress progress)
    {
        if (options.IsLegacyServer)
            throw new BenchException("a legacy server does not tell the id of a new group: groups need the modern protocol for the preparation");
        var (members, targets) = (options.Members, options.Targets.Count);
        var enrolment = new Enrolment(options);
        var groups = new int[options.Groups];
        progress.Start("groups", groups.Length);
        InParallel(options, groups.Length, group =>
        {
            groups[group] = enrolment.FindOrCreateGroup(group * members, 0, $"{options.Prefix}-g{group}-{members}");
            progress.Add();
        });
        var users = Open(options, progress, groups.Length * members, user => user % targets, user => groups[user / members], enrolment);
        var run = NewRun();
        var flows = new List<Flow>();
        for (var group = 0; group < groups.Length; group++)
        {
            var all = users[(group * members)..((group + 1) * members)];
            foreach (var sender in all.Take(options.SendersPerGroup))
            {
                LoadConnection[] others = [.. all.Where(user => user != sender).Select(user => user.Connection)];
                flows.Add(NewFlow(options, run, flows.Count, sender, groups[group], isGroup: true, others, ConversationId.Group(groups[group]).ToString()));
            }
        }

        return new(run, [.. users.Select(user => user.Connection)], flows);
    }

    public static Enrolled[] Open(
        WorkloadOptions options, SetupProgress progress, int count, Func<int, int> targetOf, Func<int, int?> groupOf, Enrolment? enrolment = null)
    {
        enrolment ??= new Enrolment(options);
        var users = new Enrolled[count];
        using var alive = new KeepAlive(options.HasHeartbeat);
        progress.Start("connections", count);
        InParallel(options, count, user =>
        {
            users[user] = enrolment.Open(user, targetOf(user), groupOf(user));
            alive.Add(users[user].Connection);
            progress.Add();
        });
        progress.End();
        return users;
    }

    public static uint NewRun() => (uint)Random.Shared.Next(1, int.MaxValue);

    public static Flow NewFlow(
        WorkloadOptions options, uint run, int index, Enrolled sender, int target, bool isGroup, IReadOnlyList<LoadConnection> receivers, string conversation)
    {
        var template = options.IsModern
            ? MessageTemplate.Modern(run, index, target, isGroup, options.TextBytes, options.HasRandomCmids)
            : MessageTemplate.Legacy(run, index, sender.Connection.UserId, sender.Name, target, isGroup, options.TextBytes);
        return new(index, sender.Connection, template, receivers, conversation);
    }

    /// <summary>The first alone: it finds out whether the accounts are there.</summary>
    public static void InParallel(WorkloadOptions options, int count, Action<int> open)
    {
        try
        {
            if (count > 0)
                open(0);
            Parallel.For(1, count, new ParallelOptions { MaxDegreeOfParallelism = options.SetupConcurrency }, open);
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<BenchException>().FirstOrDefault() is { } first)
        {
            throw new BenchException(first.Message, e);
        }
    }
}
