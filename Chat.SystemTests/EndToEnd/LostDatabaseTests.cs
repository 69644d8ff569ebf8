using System.Net;
using Chat.Checker.Processes;
using Chat.Tests.Support;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>
/// The files of the database go away under a running node: it acknowledges nothing more, says so, and what it acknowledged before can be
/// had back in the way that the documents describe.
/// </summary>
[Collection(NodeCollection.Name)]
public sealed class LostDatabaseTests : IDisposable
{
    readonly TestFolder _folder = new();

    string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rm data/chat.db*")]
    [InlineData("cp data/chat.db other && rm data/chat.db* && mv other data/chat.db")]
    public async Task What_was_removed_is_copied_out_of_the_process(string harm)
    {
        var rescue = Directory.CreateDirectory(Path.Combine(_folder.Path, "rescue")).FullName;
        List<string> acknowledged;
        await using (var node = await StartAsync(Data))
        {
            acknowledged = await LoseAsync(node, harm);
            const string Before = "can be copied: ";
            var commands = node.Output.Split('\n').Last(line => line.Contains(Before, StringComparison.Ordinal)).Split(Before)[1];
            Assert.Equal(2, commands.Split($"cp /proc/{node.Id}/fd/").Length - 1);
            await Command.RunAsync("sh", "-c", $"cd {rescue} && {commands}");
            await node.KillAsync();
        }

        await AssertThereAsync(rescue, acknowledged);
    }

    [Theory]
    [InlineData("mv data data.old", "mv data.old data")]
    [InlineData("mv data data.old && mkdir data", "rmdir data && mv data.old data")]
    [InlineData("mv data/chat.db-wal log", "mv log data/chat.db-wal")]
    public Task What_was_moved_and_comes_back_is_used_again(string harm, string repair) => LoseAndRepairAsync(harm, repair);

    /// <summary>The files are where they were, but a start would follow the link.</summary>
    [Theory]
    [InlineData("mkdir other && ln -sfn other data")]
    [InlineData("cp -r disk other && ln -sfn other data")]
    [InlineData("rm data")]
    public async Task A_link_that_leads_elsewhere_is_noticed(string harm)
    {
        await ShellAsync("mkdir disk && ln -s disk data");
        await LoseAndRepairAsync(harm, "ln -sfn disk data");
    }

    async Task LoseAndRepairAsync(string harm, string repair)
    {
        List<string> acknowledged;
        await using (var node = await StartAsync(Data))
        {
            acknowledged = await LoseAsync(node, harm);
            await ShellAsync(repair);
            await Eventually.EqualAsync(HttpStatusCode.OK, node.ReadinessAsync);
            await using var alice = await node.LogInAsync("alice");
            await Eventually.EqualAsync(0L, async () => (await alice.SendToAsync(alice.UserId, "again", "again")).Number("errno"));
            acknowledged.Add("again");
            Assert.Contains("and its log are back", node.Output, StringComparison.Ordinal);
            await node.KillAsync();
        }

        await AssertThereAsync(Data, acknowledged);
    }

    [Theory]
    [InlineData("rm data/chat.db-wal")]
    [InlineData("rm data/chat.db-shm")]
    [InlineData("rm data/chat.db-shm data/chat.db-wal")]
    public async Task A_log_that_was_removed_is_written_into_the_database_by_an_orderly_end(string harm)
    {
        List<string> acknowledged;
        await using (var node = await StartAsync(Data))
        {
            acknowledged = await LoseAsync(node, harm);
            await node.TerminateAsync();
            await node.ExitCodeAsync().WaitAsync(TimeSpan.FromSeconds(90));
        }

        await AssertThereAsync(Data, acknowledged);
    }

    /// <summary>The inode is the same, and SQLite writes on behind the hole: whatever it commits is found by no later start.</summary>
    [Theory]
    [InlineData(": > data/chat.db")]
    [InlineData("truncate -s 4096 data/chat.db")]
    [InlineData(": > data/chat.db-wal")]
    [InlineData("truncate -s 3000 data/chat.db-wal")]
    public async Task What_was_cut_takes_no_acknowledged_message_any_more(string harm)
    {
        await using var node = await StartAsync(Data);
        await using var alice = await node.LogInNewAsync("alice");
        for (var i = 1; i <= 5; i++)
            Assert.Equal(0, (await alice.SendToAsync(alice.UserId, $"m{i}", $"m{i}")).Number("errno"));
        await ShellAsync(harm);
        var refusal = await alice.SendToAsync(alice.UserId, "late", "late");
        Assert.True(refusal.Number("errno") == 10 && refusal.GetProperty("retry").GetBoolean(), refusal.ToString());
        await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, node.ReadinessAsync);
        Assert.Contains("was cut by somebody else while this node had it open", node.Output, StringComparison.Ordinal);
        Assert.Equal(10, (await alice.SendToAsync(alice.UserId, "later", "later")).Number("errno"));
    }

    Task<NodeProcess> StartAsync(string data) => NodeProcess.StartAsync(_folder, null, $"--Chat:Storage:ConnectionString=Data Source={data}/chat.db");

    Task<string> ShellAsync(string command) => Command.RunAsync("sh", "-c", $"cd {_folder.Path} && {command}");

    /// <summary>What was acknowledged before; nothing is afterwards.</summary>
    async Task<List<string>> LoseAsync(NodeProcess node, string harm)
    {
        await using var alice = await node.LogInNewAsync("alice");
        var acknowledged = new List<string>();
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(0, (await alice.SendToAsync(alice.UserId, $"m{i}", $"m{i}")).Number("errno"));
            acknowledged.Add($"m{i}");
        }

        await ShellAsync(harm);
        for (var i = 1; i <= 5; i++)
        {
            var refusal = await alice.SendToAsync(alice.UserId, "late", "late");
            Assert.True(refusal.Number("errno") == 10 && refusal.GetProperty("retry").GetBoolean(), refusal.ToString());
        }

        await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, node.ReadinessAsync);
        await Eventually.TrueAsync(() => node.Output.Contains("is not the file any more that this node has open", StringComparison.Ordinal));
        return acknowledged;
    }

    async Task AssertThereAsync(string data, List<string> acknowledged)
    {
        SqliteConnection.ClearAllPools();
        await using var node = await StartAsync(data);
        await using var alice = await node.LogInAsync("alice");
        var history = await alice.RequestAsync(new { msgid = 107, conversation = $"d:{alice.UserId}:{alice.UserId}", after = 0, limit = 100 });
        var there = history.GetProperty("messages").EnumerateArray().Select(message => message.Text("msg")).ToList();
        Assert.Equal(acknowledged, there.Where(text => text != "late")); // one that was refused may have been committed
        Assert.InRange(there.Count(text => text == "late"), 0, 1);
    }
}
