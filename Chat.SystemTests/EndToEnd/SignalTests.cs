using System.Net;
using Chat.Checker.Processes;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A node is told to end, at moments that do not suit. Its supervisor must see 0, and whoever comes next a place that is free.</summary>
[Collection(NodeCollection.Name)]
public sealed class SignalTests
{
    /// <summary>Only against hanging.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_node_that_has_just_become_ready_ends_in_good_order(string signal)
    {
        using var folder = new TestFolder();
        await using var node = NodeProcess.Launch(folder);
        await node.Ready.WaitAsync(Patience);
        await node.SignalAsync(signal);
        await AssertLeftAsync(node, folder);
    }

    [Fact]
    public async Task A_node_that_is_hung_up_on_reads_its_settings_again_and_goes_on()
    {
        using var folder = new TestFolder();
        await using var node = await NodeProcess.StartAsync(folder);
        await node.SignalAsync("HUP");
        await node.EventuallyAsync(200L, "SELECT result FROM AuditLog WHERE key_name = 'SIGHUP' AND operation = 'reloadNode'");
        await using var alice = await node.LogInNewAsync("alice");
        await node.TerminateAsync();
        await node.ExitAsync(0);
    }

    /// <summary>It would end a process that has not asked for it: the node waits for a database that is not there.</summary>
    [Fact]
    public async Task A_node_that_is_hung_up_on_while_it_starts_goes_on()
    {
        using var folder = new TestFolder($"Server=127.0.0.1;Port={FreePort.Next()};User ID=chat;Password=chat;Database=chat");
        await using var node = NodeProcess.Launch(folder);
        await Eventually.EqualAsync(true, () => Task.FromResult(node.Output.Contains("waiting for the database: ", StringComparison.Ordinal)));
        await node.SignalAsync("HUP");
        await node.SignalAsync("TERM");
        Assert.Equal(0, await node.ExitCodeAsync().WaitAsync(Patience));
    }

    /// <summary>It watches for a row of its own: from then on it is about to become a member.</summary>
    [Theory]
    [InlineData("TERM", false)]
    [InlineData("INT", false)]
    [InlineData("TERM", true)]
    public async Task A_node_that_is_about_to_form_its_cluster_ends_in_good_order(string signal, bool isOnMySql)
    {
        using var folder = new TestFolder(isOnMySql ? StorageProvider.MySql : StorageProvider.Sqlite);
        await using (var first = await NodeProcess.StartAsync(folder)) // makes the schema
        {
            await first.TerminateAsync();
            await first.ExitAsync(0);
        }

        await using var node = NodeProcess.Launch(folder);
        await node.EventuallyAsync(2L, "SELECT COUNT(*) FROM Node");
        await node.SignalAsync(signal);
        await AssertLeftAsync(node, folder);
    }

    [Theory]
    [InlineData("TERM", "TERM")]
    [InlineData("INT", "TERM")]
    [InlineData("TERM", "INT")]
    [InlineData("TERM", "HUP")]
    public async Task A_second_signal_during_the_drain_changes_nothing(string first, string second)
    {
        using var folder = new TestFolder();
        await using var node = await NodeProcess.StartAsync(folder);
        await using var alice = await node.LogInNewAsync("alice");
        await using (var other = await folder.OpenForWritingAsync())
        {
            // A post without its answer keeps the node from ending at once.
            await using var transaction = await other.BeginTransactionAsync();
            await other.ExecuteAsync("UPDATE Users SET name = name", transaction: transaction);
            var waiting = alice.SendToAsync(alice.UserId, "note", "c1");
            _ = waiting.ContinueWith(all => all.Exception, TaskScheduler.Default); // it may get no answer
            await node.SignalAsync(first);
            await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, node.ReadinessAsync);
            await node.SignalAsync(second);
            Assert.False(node.HasExited, node.Output); // its last work waits for the lock
            await transaction.RollbackAsync();
        }

        await AssertLeftAsync(node, folder);
    }

    /// <summary>Its end was an orderly one, and a next node finds nothing of it that stays.</summary>
    static async Task AssertLeftAsync(NodeProcess node, TestFolder folder)
    {
        var code = await node.ExitCodeAsync().WaitAsync(Patience);
        Assert.True(code == 0, $"exit code {code}: {node.Output}");
        await using var next = await NodeProcess.StartAsync(folder);
        await next.EventuallyAsync(1L, "SELECT COUNT(*) FROM Node WHERE finished = 0");
    }
}
