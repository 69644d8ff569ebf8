using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Cluster;

/// <summary>This node could not become a member; the message says why.</summary>
sealed class CannotJoinException(string message) : Exception(message);

/// <summary>
/// Makes this node a member of the one cluster of its database. It asks living members to let it in. It forms a cluster
/// of its own only when every member in the database is certainly dead, and no other node has changed that meanwhile.
/// </summary>
sealed class ClusterJoiner(
    Akka.Cluster.Cluster cluster, Nodes nodes, Presence presence, string settings, IReadOnlyList<string> seeds, TimeSpan patience, TimeProvider clock, ILogger<ClusterJoiner> logger)
{
    /// <summary>Nodes that start together: the one that others name as their seed comes first.</summary>
    static readonly TimeSpan SeedsComeFirst = TimeSpan.FromSeconds(10);

    /// <summary>As a rule the known members are late by no more than this.</summary>
    static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    readonly PeerWatch _watch = new();
    readonly ConcurrentDictionary<long, PeerAnswer> _answers = [];
    IReadOnlyList<Address> _asked = [];
    string _obstacle = "no other node was found and none could be formed";

    string SelfAddress => MemberAddress.TextOf(cluster.SelfAddress);

    /// <exception cref="CannotJoinException">Not within its patience.</exception>
    /// <exception cref="SettingsDifferException">The members have other settings.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        await nodes.AnnounceAsync(SelfAddress, cluster.SelfUniqueAddress.Uid, settings);
        var isUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(() => isUp.TrySetResult());
        cluster.RegisterOnMemberRemoved(() => isUp.TrySetException(new CannotJoinException("the cluster has removed this node again")));
        var started = clock.GetTimestamp();
        using var timer = new PeriodicTimer(NodeHeartbeat.Interval, clock);
        var hasFormed = false;
        while (!isUp.Task.IsCompleted)
        {
            if (clock.GetElapsedTime(started) > patience)
                throw new CannotJoinException($"could not join the cluster within {patience.TotalSeconds} s: {_obstacle}");
            try
            {
                hasFormed = hasFormed || await TryAsync(clock.GetElapsedTime(started));
            }
            catch (StorageException e)
            {
                _obstacle = e.Message; // a database that is restarted in this moment is waited for
            }

            await Task.WhenAny(isUp.Task, timer.WaitForNextTickAsync(cancellation).AsTask());
            cancellation.ThrowIfCancellationRequested();
        }

        await isUp.Task;
        using var soon = new PeriodicTimer(Soon, clock);
        while (!hasFormed && !await TryBecomeMemberAsync())
        {
            if (clock.GetElapsedTime(started) > patience)
                throw new CannotJoinException($"could not become a member of the cluster within {patience.TotalSeconds} s: {_obstacle}");
            await soon.WaitForNextTickAsync(cancellation);
        }
    }

    /// <summary>Asks whoever lives, or forms a cluster if nobody does; true if it was formed.</summary>
    async Task<bool> TryAsync(TimeSpan waited)
    {
        var others = await nodes.OthersAsync();
        _watch.Look(others, clock.SteadyMilliseconds());
        var members = others.Where(row => row is { Joined: true, Fenced: false }).ToList();
        // All at once: an answer that does not come takes its time, and a look must not be late.
        var verdicts = await Task.WhenAll(members.Select(async row => PeerVerdict.IsSuperseded(row, others, _watch) || await IsDeadAsync(row)));
        var dead = members.Where((_, i) => verdicts[i]).ToList();
        var living = members.Where((_, i) => !verdicts[i]).ToList();

        if (living.Count > 0)
        {
            var beating = living.Where(row => _watch.HasBeaten(row.Incarnation)).ToList();
            SharedSettings.EnsureSame(settings, beating.Select(row => (row.Address, row.Settings)));
            if (beating.Count > 0 || living.TrueForAll(row => _watch.SilenceOf(row.Incarnation) >= PeerVerdict.WorthAsking))
                Ask(beating.Count > 0 ? beating : living); // a member that has given no sign of life yet may be dead, and its settings with it
            return false;
        }

        if (waited < SeedsComeFirst && seeds.Count > 0 && seeds[0] != SelfAddress)
        {
            _obstacle = $"none of the seed nodes ({string.Join(", ", seeds)}) is a member of a cluster on this database";
            return false;
        }

        if (!await nodes.TryFormAsync(dead))
            return false; // somebody was quicker: the next look shows who
        Log.ClusterFormed(logger, SelfAddress, dead.Count);
        await presence.ClearAsync([.. dead.Select(row => row.Incarnation)]); // before anybody is in: at once instead of one by one
        cluster.Join(cluster.SelfAddress);
        return true;
    }

    async Task<bool> IsDeadAsync(NodeRow row)
    {
        var silence = _watch.SilenceOf(row.Incarnation);
        if (row.Address == SelfAddress)
            return silence >= PeerVerdict.WorthAsking; // an earlier start of ours: we hold its port
        if (!NodeAddress.TryParse(row.Address, out var host, out var port))
            return silence >= PeerVerdict.LeaseIsOver;
        var answer = await PeerProbe.AskAsync(host, port);
        _answers[row.Incarnation] = answer;
        return PeerVerdict.IsDead(silence, answer, isReachable: false, canWrite: true);
    }

    void Ask(List<NodeRow> living)
    {
        // In the order of the seeds, where there are some; never ourselves: that would be a second cluster.
        var addresses = living.Where(row => _answers.GetValueOrDefault(row.Incarnation, PeerAnswer.Silent) != PeerAnswer.Refused)
            .OrderBy(row => IndexOf(row.Address)).Select(row => row.Address.BesideSelf(cluster.SelfAddress)).OfType<Address>().ToList();
        if (living.Exists(row => row.Address == SelfAddress))
        {
            _obstacle = $"another node that lives announces the same address {SelfAddress}: set Chat:Cluster:Hostname and Chat:Cluster:Port, so that each node has one of its own";
            return;
        }

        _obstacle = "no answer from " + string.Join(", ", living.Select(row =>
            $"{row.Address} (its port: {_answers.GetValueOrDefault(row.Incarnation)}, silent in the database for {_watch.SilenceOf(row.Incarnation).TotalSeconds:0.0} s)"));
        if (addresses.Count == 0 || _asked.SequenceEqual(addresses))
            return;
        _asked = addresses;
        cluster.JoinSeedNodes(addresses);
    }

    int IndexOf(string address)
    {
        for (var i = 0; i < seeds.Count; i++)
        {
            if (seeds[i] == address)
                return i;
        }

        return int.MaxValue;
    }

    /// <summary>Has the database confirm what the cluster says; false if it is too early to know.</summary>
    async Task<bool> TryBecomeMemberAsync()
    {
        // An actor of its own keeps the known members. It may lag behind the news that this node is up. News come to it in
        // order: once it has the news of this node, it has the news of the members who let it in.
        var members = cluster.State.Members;
        if (!members.Any(member => member.UniqueAddress.Equals(cluster.SelfUniqueAddress) && member.Status == MemberStatus.Up))
        {
            _obstacle = "the members of the cluster are not known yet";
            return false;
        }

        var others = members.Where(member => !member.UniqueAddress.Equals(cluster.SelfUniqueAddress))
            .Select(member => (MemberAddress.TextOf(member.Address), (long)member.UniqueAddress.Uid)).ToList();
        try
        {
            if (await nodes.TryBecomeMemberAsync(others))
                return true;
        }
        catch (StorageException e)
        {
            _obstacle = e.Message; // whether it was stored or not: it can be stored again
            return false;
        }

        throw new CannotJoinException(
            $"the nodes that let this one in ({string.Join(", ", others.Select(other => other.Item1))}) are no members of this database's cluster (any more), or have declared this one dead: do all nodes use the same database?");
    }
}
