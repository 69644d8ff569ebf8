using System.Net;
using Chat.Checker.Checking;
using Chat.Checker.Wire;
using Chat.Protocol;

namespace Chat.Checker.Population;

/// <summary>
/// All clients of a run: made here, with their accounts, groups and pairs, and ticked together. What they do depends on the seed and
/// on how the nodes answer.
/// </summary>
sealed class Crowd
{
    static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    readonly RunServices _services;
    readonly List<Device> _devices = [];
    readonly List<Task> _tasks = [];
    readonly Dictionary<ConversationId, IReadOnlyList<int>> _members = [];

    Crowd(RunServices services) => _services = services;

    public IReadOnlyList<Device> Devices => _devices;

    public IReadOnlyDictionary<ConversationId, IReadOnlyList<int>> Members => _members;

    /// <summary>Whether all clients are logged in.</summary>
    public bool AreAllOnline => _devices.TrueForAll(device => device.IsOnline);

    /// <summary>Messages that a modern client still waits for.</summary>
    public int Unanswered
    {
        get
        {
            var seen = new Observations();
            _devices.ForEach(device => device.Report(seen));
            return seen.Unanswered.Count;
        }
    }

    public static async Task<Crowd> EnrolAsync(RunServices services, PopulationPlan plan, Action<long> acknowledged)
    {
        var crowd = new Crowd(services);
        using var enrolment = await RequestConnection.ConnectAsync(services.Nodes[0]);
        var users = new List<(int Id, bool IsModern)>();
        for (var i = 0; i < plan.ModernUsers + plan.LegacyUsers; i++)
        {
            var isModern = i < plan.ModernUsers;
            var name = $"{(isModern ? "modern" : "legacy")}-{i}";
            var id = await enrolment.RegisterAsync(name);
            users.Add((id, isModern));
            crowd.Add(isModern, id, name, acknowledged);
            if (i < plan.UsersWithTwoDevices)
                crowd.Add(isModern, id, name, acknowledged);
        }

        for (var i = 0; i < plan.Groups; i++)
            await crowd.FoundAsync(enrolment, $"group-{i}", users, i, plan);
        crowd.Pair(users);
        return crowd;
    }

    /// <summary>Everybody logs in, and does what clients do until the run's end.</summary>
    public void Start()
    {
        _tasks.AddRange(_devices.Select(device => Task.Run(device.RunAsync)));
        _tasks.Add(Task.Run(TickAsync));
    }

    /// <summary>After the end has been announced.</summary>
    public async Task EndAsync()
    {
        _devices.ForEach(device => device.End());
        await Task.WhenAll(_tasks);
    }

    public Observations Observe()
    {
        var seen = new Observations { Sent = _services.Sent.All() };
        foreach (var (conversation, members) in _members)
            seen.Members[conversation] = members;
        _devices.ForEach(device => device.Report(seen));
        return seen;
    }

    /// <summary>Reads a conversation to its end, as one of its members would.</summary>
    public async Task<HistoryRead> ReadHistoryAsync(IPEndPoint node, ConversationId conversation)
    {
        using var reader = await RequestConnection.ConnectAsync(node);
        var user = _members[conversation][0];
        await reader.LogInAsync(user);
        var messages = new List<Sighting>();
        ServerFrame page;
        do
        {
            var after = messages.Count > 0 ? messages[^1].Seq : 0;
            page = await reader.AskAsync(new FetchHistoryRequest(conversation, after, null, 1000));
            messages.AddRange(page.Messages.Select(frame => new Sighting(frame.Conversation, frame.Seq, frame.NumberOfChat, frame.Id, 0)));
        }
        while (page.HasMore);

        await reader.LogOutAsync();
        return new HistoryRead(user, conversation, messages);
    }

    void Add(bool isModern, int user, string name, Action<long> acknowledged)
    {
        var account = new DeviceAccount(_devices.Count, user, name);
        _devices.Add(isModern ? new ModernDevice(_services, account, acknowledged) : new LegacyDevice(_services, account));
    }

    /// <summary>Every group has one legacy member at least, if there are any.</summary>
    async Task FoundAsync(RequestConnection enrolment, string name, List<(int Id, bool IsModern)> users, int number, PopulationPlan plan)
    {
        var legacy = users.FindAll(user => !user.IsModern);
        var modern = users.FindAll(user => user.IsModern);
        var members = Enumerable.Range(0, Math.Min(plan.MembersOfAGroup - (legacy.Count > 0 ? 1 : 0), modern.Count))
            .Select(i => modern[(number * 4 + i) % modern.Count].Id).ToList();
        if (legacy.Count > 0)
            members.Add(legacy[number % legacy.Count].Id);
        var group = 0;
        foreach (var member in members)
        {
            await enrolment.LogInAsync(member);
            if (group == 0)
                group = await enrolment.CreateGroupAsync(name);
            else
                await enrolment.JoinGroupAsync(group);
            await enrolment.LogOutAsync();
        }

        _members[ConversationId.Group(group)] = members;
    }

    /// <summary>Everybody talks to the next one, and modern users also to a legacy one.</summary>
    void Pair(List<(int Id, bool IsModern)> users)
    {
        for (var i = 0; i < users.Count; i++)
        {
            foreach (var step in (int[])[1, users.Count / 2])
            {
                var conversation = ConversationId.Direct(users[i].Id, users[(i + step) % users.Count].Id);
                _members[conversation] = [conversation.A, conversation.B];
            }
        }
    }

    async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_services.End))
                _devices.ForEach(device => device.Tick());
        }
        catch (OperationCanceledException)
        {
            // the run is over
        }
    }
}
