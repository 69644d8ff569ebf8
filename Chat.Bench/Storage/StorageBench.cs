using System.Diagnostics;
using System.Text;
using Akka.Actor;
using Akka.Streams;
using Chat.Node.Faults;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Chat.Node.Storage.Sqlite;
using Chat.Protocol;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Bench.Storage;

/// <summary>
/// Rows through the node's own <see cref="MessageLog"/>, each counted when its receiver is told that it is committed; and the
/// same rows with a transaction each, for comparison on the same machine at the same time.
/// </summary>
sealed class StorageBench(StorageProvider provider, string connection, int rows, int rounds, int conversations, int bytes, int? serverPid)
{
    /// <summary>So many rows wait for their commit at once, as so many busy conversations would have it.</summary>
    const int InFlight = 2000;

    readonly NodeIdentity _node = new("bench", Random.Shared.NextInt64(1, long.MaxValue));
    readonly int _firstUser = Random.Shared.Next(1, 1_000_000_000);
    readonly long[] _heads = new long[conversations];
    long _cmids;

    public async Task<int> RunAsync()
    {
        using var system = ActorSystem.Create("bench");
        IChatDatabase database = provider == StorageProvider.MySql
            ? new MySqlDatabase(connection, NullLogger<MySqlDatabase>.Instance)
            : new SqliteDatabase(connection);
        await database.MigrateAsync();
        var lease = new NodeLease(TimeProvider.System);
        lease.Renew(long.MaxValue / 2);
        var health = new StorageHealth(new Nodes(database, _node, TimeProvider.System), TimeProvider.System);
        var log = new MessageLog(
            new MessageLogStore(database, _node), lease, new CrashPoints(null), health, NullLogger<MessageLog>.Instance, system.Materializer());

        Console.WriteLine($"{"way",-12}{"rows",10}{"rows/s",12}{"µs CPU/row",12}{"server µs/row",15}");
        await MeasureAsync("warm-up", rows / 4, count => WriteBatchedAsync(log, count));
        var batched = new List<double>();
        var single = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            batched.Add(await MeasureAsync("batched", rows, count => WriteBatchedAsync(log, count)));
            single.Add(await MeasureAsync("one by one", Math.Max(100, rows / 100), count => WriteOneByOneAsync(database, count)));
        }

        Console.WriteLine($"batched {batched.Average():n0} rows/s, {batched.Average() / single.Average():n1} times one by one");
        return 0;
    }

    async Task<double> MeasureAsync(string way, int count, Func<int, Task> write)
    {
        using var self = Process.GetCurrentProcess();
        var (cpu, server, clock) = (self.TotalProcessorTime, ServerTime(), Stopwatch.StartNew());
        await write(count);
        var seconds = clock.Elapsed.TotalSeconds;
        self.Refresh();
        var own = (self.TotalProcessorTime - cpu).TotalMicroseconds / count;
        var servers = serverPid is null ? "-" : $"{(ServerTime() - server).TotalMicroseconds / count:n1}";
        Console.WriteLine($"{way,-12}{count,10:n0}{count / seconds,12:n0}{own,12:n1}{servers,15}");
        return count / seconds;
    }

    TimeSpan ServerTime()
    {
        if (serverPid is not { } pid)
            return TimeSpan.Zero;
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }

    async Task WriteBatchedAsync(MessageLog log, int count)
    {
        using var window = new SemaphoreSlim(InFlight);
        var failed = 0;
        var receiver = new AppendReceiver((_, _, outcome) =>
        {
            if (outcome.Status != AppendStatus.Written)
                Interlocked.Increment(ref failed);
            window.Release();
        });
        for (var i = 0; i < count; i++)
        {
            await window.WaitAsync();
            if (!log.TryAppend(NextRow(), receiver))
                throw new InvalidOperationException("the log's queue is full although so few rows are in flight");
        }

        for (var i = 0; i < InFlight; i++)
            await window.WaitAsync();
        if (failed > 0)
            throw new InvalidOperationException($"{failed} rows were not written");
    }

    async Task WriteOneByOneAsync(IChatDatabase database, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var row = NextRow();
            await database.WriteAsync((opened, transaction) => opened.ExecuteAsync(
                "INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body) VALUES (@A, @B, @Seq, @Sender, @cmid, @Ts, @Incarnation, @body)",
                new
                {
                    row.Conversation.A,
                    row.Conversation.B,
                    row.Seq,
                    row.Sender,
                    cmid = Encoding.UTF8.GetBytes(row.Cmid),
                    row.Ts,
                    _node.Incarnation,
                    body = row.Body.ToArray(),
                }, transaction));
        }
    }

    LogRow NextRow()
    {
        var number = _cmids++;
        var which = (int)(number % conversations);
        var id = ConversationId.Direct(_firstUser + 2 * which, _firstUser + 2 * which + 1);
        var body = new byte[bytes];
        Random.Shared.NextBytes(body);
        return new LogRow(id, ++_heads[which], id.A, $"c-{number:x8}", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), body);
    }
}
