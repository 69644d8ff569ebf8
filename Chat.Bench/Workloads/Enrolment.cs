using System.Text.Json;
using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Protocol;

namespace Chat.Bench.Workloads;

/// <summary>A user of the load, logged in.</summary>
sealed record Enrolled(LoadConnection Connection, string Name);

/// <summary>A user who is not logged in; the token is the modern protocol's.</summary>
sealed record LoadUser(int Id, string Name, string? Token = null);

/// <summary>
/// Makes or finds accounts and groups, and logs users in. The accounts of an earlier run with the same prefix are used again.
/// </summary>
sealed class Enrolment(WorkloadOptions options)
{
    const int LoggedIn = 2;
    const int TooFast = 9;
    public const string Password = "bench-password";

    static readonly TimeSpan TooFastPause = TimeSpan.FromSeconds(1);

    static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(5);

    /// <summary>A legacy server says nothing when it has noticed that somebody left: it can only be asked again, and this is how often.</summary>
    static readonly TimeSpan LeavePause = TimeSpan.FromMilliseconds(1);

    readonly string _suffix = options.IsLegacyServer ? $"-{Guid.NewGuid().ToString("N")[..8]}" : "";
    volatile bool _isKnown;

    public string NameOf(int user) => $"{options.Prefix}-{user}{_suffix}";

    /// <summary>Logs a user in, as a member of a group if one is given.</summary>
    public Enrolled Open(int index, int target, int? group = null)
    {
        var name = NameOf(index);
        if (options.IsLegacyServer)
            return OpenLegacy(index, target, name);
        var client = SetupClient.Connect(options.Targets[target], isModern: true);
        var ack = LogIn(client, name);
        var id = ack.GetProperty("id").GetInt32();
        if (group is { } joined)
            Check(client.Ask(new JoinGroupRequest(joined)), "to join a group");
        if (options.IsModern)
            return new(client.Release(index, target, id), name);
        client.Dispose();
        return new(OpenLegacy(index, target, id), name);
    }

    /// <summary>Logs a user in again: with the token, which costs the server no hashing, or as a legacy client. What waited comes with it.</summary>
    public LoadConnection OpenAgain(int index, LoadUser user, int target)
    {
        if (!options.IsModern)
            return OpenLegacy(index, target, user.Id);
        var client = SetupClient.Connect(options.Targets[target], isModern: true);
        Check(client.Ask(new LoginRequest(null, null, null, user.Token)), $"to log {user.Name} in again");
        return client.Release(index, target, user.Id);
    }

    /// <summary>The account of a user who is away: at a legacy server one who has never been there, so that nobody has to notice the leave.</summary>
    public LoadUser FindOrCreate(int index, ChatTarget target)
    {
        var name = NameOf(index);
        using var client = SetupClient.Connect(target, isModern: !options.IsLegacyServer);
        if (options.IsLegacyServer)
            return new(RegisterLegacy(client, name), name);
        var ack = LogIn(client, name);
        return new(ack.GetProperty("id").GetInt32(), name, ack.GetProperty("token").GetString());
    }

    /// <summary>The login ack of a legacy client. Somebody who has just left may still count as there, and is refused until that is known.</summary>
    /// <param name="client">A new connection.</param>
    /// <param name="id">Of the user.</param>
    /// <param name="onRefused">Called for each time.</param>
    public static JsonElement LogInLegacy(SetupClient client, int id, Action? onRefused = null)
    {
        var start = LoadClock.Now;
        while (true)
        {
            var ack = client.AskLegacy($"\"id\":{id},\"msgid\":1,\"password\":\"{Password}\"", 2);
            if (ack.GetProperty("errno").GetInt32() != LoggedIn || LoadClock.Seconds(LoadClock.Now - start) > LongestLeave.TotalSeconds)
            {
                Check(ack, $"to log user {id} in");
                return ack;
            }

            onRefused?.Invoke();
            Thread.Sleep(LeavePause);
        }
    }

    /// <summary>The id of a group that the user is a member of, made if it is not there.</summary>
    public int FindOrCreateGroup(int creator, int target, string groupName)
    {
        using var client = SetupClient.Connect(options.Targets[target], isModern: true);
        var ack = LogIn(client, NameOf(creator));
        if (ack.TryGetProperty("groups", out var groups))
        {
            foreach (var group in groups.EnumerateArray())
            {
                if (group.GetProperty("groupname").GetString() == groupName)
                    return group.GetProperty("id").GetInt32();
            }
        }

        var created = client.Ask(new CreateGroupRequest(groupName, ""));
        Check(created, $"to create the group {groupName} (use another --prefix if it belongs to somebody else)");
        return created.GetProperty("groupid").GetInt32();
    }

    /// <summary>The login ack of a modern user; registers an unknown one first.</summary>
    public JsonElement LogIn(SetupClient client, string name)
    {
        // The accounts of one prefix are made together: what is true for the first is likely for all.
        if (!_isKnown)
            Register(client, name);
        var ack = AskPatiently(client, new LoginRequest(null, name, Password, null));
        if (ack.GetProperty("errno").GetInt32() == 1 && _isKnown)
        {
            Register(client, name);
            ack = AskPatiently(client, new LoginRequest(null, name, Password, null));
        }

        Check(ack, $"to log {name} in");
        return ack;
    }

    void Register(SetupClient client, string name)
    {
        var reply = AskPatiently(client, new RegisterRequest(name, Password));
        var errno = reply.GetProperty("errno").GetInt32();
        if (errno == 1)
            _isKnown = true;
        else
            Check(reply, $"to register {name}");
    }

    LoadConnection OpenLegacy(int index, int target, int id)
    {
        var client = SetupClient.Connect(options.Targets[target], isModern: false);
        var ack = LogInLegacy(client, id);
        var waited = ack.TryGetProperty("offlinemsg", out var messages) ? messages.EnumerateArray().Select(message => message.GetString()!) : [];
        return client.Release(index, target, id, string.Concat(waited));
    }

    Enrolled OpenLegacy(int index, int target, string name)
    {
        int id;
        using (var client = SetupClient.Connect(options.Targets[target], isModern: false))
            id = RegisterLegacy(client, name);
        return new(OpenLegacy(index, target, id), name);
    }

    static int RegisterLegacy(SetupClient client, string name)
    {
        var reply = client.AskLegacy($"\"msgid\":4,\"name\":\"{name}\",\"password\":\"{Password}\"", 5);
        Check(reply, $"to register {name}");
        return reply.GetProperty("id").GetInt32();
    }

    static JsonElement AskPatiently(SetupClient client, Request request)
    {
        while (true)
        {
            var reply = client.Ask(request);
            if (reply.GetProperty("errno").GetInt32() != TooFast)
                return reply;
            Console.Error.WriteLine("the server limits logins and registrations (errno 9, Chat:Limits:LoginsPerMinutePerAddress): waiting");
            Thread.Sleep(TooFastPause);
        }
    }

    static void Check(JsonElement reply, string purpose)
    {
        if (reply.GetProperty("errno").GetInt32() is var errno and not 0)
            throw new BenchException($"the server refused {purpose}: errno {errno}, {(reply.TryGetProperty("errmsg", out var reason) ? reason.GetString() : "no reason")}");
    }
}
