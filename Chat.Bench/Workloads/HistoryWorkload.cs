using System.Text;
using System.Text.Json;
using Chat.Bench.Checking;
using Chat.Bench.Load;
using Chat.Bench.Measuring;
using Chat.Protocol;

namespace Chat.Bench.Workloads;

/// <summary>
/// Pages of history from random places of conversations that are filled first. Every page is checked: the numbers follow each other
/// without a hole, and the texts are the ones that were sent.
/// </summary>
static class HistoryWorkload
{
    static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(10);

    public static OperationResult Run(WorkloadOptions options, int messages, int limit, UsageProbe probe, TimeSpan warmUp, TimeSpan measure)
    {
        var progress = new SetupProgress(Console.Error);
        var conversations = Fill(options with { IsOneWay = true }, messages, progress);
        var enrolment = new Enrolment(options);
        var workload = $"history, {conversations.Count} conversations of {messages} messages or more, pages of {limit}, {string.Join(" ", options.Targets)}";
        return new OperationRun(workload, "pages", probe).Run(conversations.Count, CreateWorker, warmUp, measure);

        Func<int> CreateWorker(int thread)
        {
            var (random, user) = (new Random(thread), 2 * thread);
            var client = SetupClient.Connect(options.Targets[thread % options.Targets.Count], isModern: true);
            enrolment.LogIn(client, enrolment.NameOf(user));
            return () =>
            {
                var after = random.Next(0, messages);
                var reply = client.Ask(new FetchHistoryRequest(conversations[thread], after, null, limit));
                return Check(reply, after, Math.Min(limit, messages - after));
            };
        }
    }

    /// <summary>How many messages there are in a page; throws if it is not right.</summary>
    public static int Check(JsonElement reply, long after, int least)
    {
        if (reply.GetProperty("errno").GetInt32() != 0)
            throw new BenchException($"a page was refused: {reply}");
        var count = 0;
        foreach (var message in reply.GetProperty("messages").EnumerateArray())
        {
            if (message.GetProperty("seq").GetInt64() != after + ++count)
                throw new BenchException($"behind {after} comes {message.GetProperty("seq").GetInt64()} in the place of {after + count}");
            if (StampedText.TryRead(Encoding.UTF8.GetBytes(message.GetProperty("msg").GetRawText()), out _) != StampStatus.Valid)
                throw new BenchException($"the text of {after + count} is not the one that was sent: {message}");
        }

        // A page may end early because the frame is full, but then it says so.
        if (count < least && !(reply.TryGetProperty("more", out var more) && more.GetBoolean()))
            throw new BenchException($"a page behind {after} has {count} messages instead of {least}");
        return count;
    }

    static List<ConversationId> Fill(WorkloadOptions options, int messages, SetupProgress progress)
    {
        using var loop = new LoadLoop(Topology.Pairs(options, progress), new UsageProbe([]));
        var result = loop.Run(new()
        {
            Workload = "filling",
            Window = 32,
            MessagesPerFlow = messages,
            Measure = FillLimit,
            Progress = Reports.ProgressLine.Write,
        });
        if (!result.Tally.IsPerfect)
            throw new BenchException($"the conversations could not be filled: {result.Tally}");
        return [.. loop.State.Flows.Select(flow => ConversationId.Direct(flow.Sender.UserId, flow.Receivers[0].UserId))];
    }
}
