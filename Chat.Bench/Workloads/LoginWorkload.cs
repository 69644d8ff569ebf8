using Chat.Bench.Measuring;
using Chat.Protocol;

namespace Chat.Bench.Workloads;

/// <summary>
/// Connect, hello, login, close, again and again. With a password the server has to hash; with a token it does not. In the legacy
/// protocol: connect, login, logout, close.
/// </summary>
static class LoginWorkload
{
    public static OperationResult Run(WorkloadOptions options, int concurrency, bool withToken, UsageProbe probe, TimeSpan warmUp, TimeSpan measure)
    {
        if (withToken && !options.IsModern)
            throw new BenchException("the legacy protocol has no tokens: --with-token needs the modern one");
        var enrolment = new Enrolment(options);
        var workload = $"login with a {(withToken ? "token" : "password")}, {options.Protocol.ToString().ToLowerInvariant()} protocol, {concurrency} at once, {string.Join(" ", options.Targets)}";
        var refused = 0L;
        var result = new OperationRun(workload, "logins", probe).Run(concurrency, options.IsModern ? CreateModern : CreateLegacy, warmUp, measure);
        return result with { Repeated = refused };

        Func<int> CreateModern(int thread)
        {
            var target = options.Targets[thread % options.Targets.Count];
            var (_, name, token) = enrolment.FindOrCreate(thread, target);
            return () =>
            {
                using var client = SetupClient.Connect(target, isModern: true);
                var reply = client.Ask(withToken ? new LoginRequest(null, null, null, token) : new LoginRequest(null, name, Enrolment.Password, null));
                if (reply.GetProperty("errno").GetInt32() != 0)
                    throw new BenchException($"a login was refused: {reply}");
                token = reply.GetProperty("token").GetString()!;
                return 0;
            };
        }

        Func<int> CreateLegacy(int thread)
        {
            var target = options.Targets[thread % options.Targets.Count];
            var id = enrolment.FindOrCreate(thread, target).Id;
            return () =>
            {
                using var client = SetupClient.Connect(target, isModern: false);
                Enrolment.LogInLegacy(client, id, () => Interlocked.Increment(ref refused));
                client.TellLegacy($"\"id\":{id},\"msgid\":3");
                return 0;
            };
        }
    }
}
