using System.Text.Json;
using Chat.Node.Settings;
using Chat.SystemTests.Storage;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary><c>kill -9</c> of a node whose server would not commit by itself, and would cut lists.</summary>
[Collection(NodeCollection.Name)]
public sealed class InheritedSessionKillTests(HostileServer hostile) : IClassFixture<HostileServer>
{
    const int Messages = 12;

    [Theory]
    [InlineData("SET GLOBAL init_connect = 'SET autocommit=0, sql_select_limit=5'", "SET GLOBAL init_connect = ''")]
    [InlineData(
        "SET GLOBAL autocommit = 0; SET GLOBAL completion_type = 1; SET GLOBAL sql_select_limit = 5",
        "SET GLOBAL autocommit = 1; SET GLOBAL completion_type = 0; SET GLOBAL sql_select_limit = 18446744073709551615")]
    public async Task What_was_acknowledged_is_there_after_a_kill(string spoil, string restore)
    {
        await hostile.Server.ExecuteAsync(spoil);
        using var folder = new TestFolder(StorageProvider.MySql, hostile.Server);
        var storage = $"--Chat:Storage:ConnectionString={hostile.ConnectionString(folder.DatabaseName)}";
        try
        {
            string conversation;
            await using (var node = await NodeProcess.StartAsync(folder, null, storage))
            {
                await using var alice = await node.LogInNewAsync("alice");
                await using var bob = await node.LogInNewAsync("bob");
                conversation = $"d:{alice.UserId}:{bob.UserId}";
                for (var i = 1; i <= Messages; i++)
                    Assert.Equal(0, (await alice.SendToAsync(bob.UserId, $"m{i}")).Number("errno"));
                await Eventually.EqualAsync(0L, async () => (await alice.RequestAsync(new { msgid = 111, presence = "nobody" })).Number("errno"));
                await node.KillAsync();
            }

            await using var again = await NodeProcess.StartAsync(folder, null, storage);
            await using var back = await again.LogInAsync("alice");
            var history = await back.RequestAsync(new { msgid = 107, conversation, after = 0, limit = 100 });
            Assert.Equal(
                Enumerable.Range(1, Messages).Select(i => $"m{i}"),
                history.GetProperty("messages").EnumerateArray().Select((JsonElement message) => message.Text("msg")));
            await Eventually.EqualAsync("nobody", async () => await back.RequestAsync(new { msgid = 110 }) is var settings && settings.Has("presence") ? settings.Text("presence") : null);
        }
        finally
        {
            await hostile.Server.ExecuteAsync(restore);
        }
    }
}
