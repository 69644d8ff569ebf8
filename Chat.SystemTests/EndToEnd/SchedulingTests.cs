using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>What the kernel says of the threads of a node.</summary>
public sealed class SchedulingTests : IDisposable
{
    const int Normal = 0;
    const int Batch = 3;

    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, Batch)]
    [InlineData(false, Normal)]
    public async Task The_threads_of_the_sockets_and_the_workers_have_the_policy_of_the_settings(bool isBatch, int policy)
    {
        await using var node = await NodeProcess.StartAsync(_folder, null, $"--Chat:BatchScheduling={isBatch}");
        await using (await ModernTestClient.ConnectAsync(node.Port))
        {
            var policies = PoliciesOf(node.Id);
            Assert.Equal([policy], policies.Where(thread => thread.Name is ".NET Sockets" or ".NET TP Worker").Select(thread => thread.Policy).Distinct());
        }
    }

    /// <summary>proc(5): the name is in parentheses, the policy is field 41.</summary>
    static IEnumerable<(string Name, int Policy)> PoliciesOf(int process) =>
        from thread in Directory.GetDirectories($"/proc/{process}/task")
        let stat = File.ReadAllText(Path.Combine(thread, "stat"))
        let nameEnd = stat.LastIndexOf(')')
        select (stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..nameEnd], int.Parse(stat[(nameEnd + 2)..].Split(' ')[38]));
}
