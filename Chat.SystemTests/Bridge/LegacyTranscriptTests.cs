using System.Text;
using Chat.SystemTests.EndToEnd;
using Xunit;

namespace Chat.SystemTests.Bridge;

/// <summary>Two of our legacy servers do what two real ones did when the recording was made, byte for byte, lost messages included.</summary>
public sealed class LegacyTranscriptTests : LegacyServerTest
{
    static readonly string File = Path.Combine(AppContext.BaseDirectory, "EndToEnd", "transcript.txt");

    readonly Dictionary<string, LegacyTestClient> _clients = [];

    [Fact]
    public async Task The_recording_repeats_itself()
    {
        using var monitor = await Redis.ConnectAsync();
        await monitor.CallAsync("MONITOR");
        var steps = Transcript.Read(File);
        Assert.Equal(81, steps.Count);
        for (var i = 0; i < steps.Count; i++)
        {
            var sent = steps.Skip(i).TakeWhile(step => step.Kind == StepKind.Send && step.Connection == steps[i].Connection).ToList();
            if (sent.Count > 0)
                await SendAsync(sent);
            else
                await CheckAsync(steps[i]);
            i += Math.Max(0, sent.Count - 1);
        }

        var recorded = System.IO.File.ReadAllLines(File).SkipWhile(line => line != "### redis MONITOR").Where(line => line.StartsWith('"')).ToList();
        Assert.Equal(16, recorded.Count);
        await Redis.PublishAsync("end", ""); // nothing else comes before it
        foreach (var command in (IEnumerable<string>)[.. recorded, "\"PUBLISH\" \"end\" \"\""])
        {
            var line = (string)(await monitor.ReadAsync().WaitAsync(TestNode.Patience))!;
            Assert.Equal(command, line[(line.IndexOf("] ", StringComparison.Ordinal) + 2)..]);
        }
    }

    /// <summary>What is sent on one connection without anything in between was in one segment.</summary>
    async Task SendAsync(List<TranscriptStep> steps)
    {
        var name = steps[0].Connection;
        if (!_clients.TryGetValue(name, out var client))
            client = _clients[name] = await ConnectAsync(ServerOf(name));
        await HandledAsync(ServerOf(name), () => client.SendRawAsync(Encoding.UTF8.GetBytes(string.Concat(steps.Select(step => step.Texts[0])))));
        if (steps[^1].Line == 5)
            await RegisterOthersAsync();
    }

    async Task CheckAsync(TranscriptStep step)
    {
        switch (step.Kind)
        {
            case StepKind.Query:
                Assert.Equal(step.Texts, await RowsAsync(System.IO.File.ReadLines(File).ElementAt(step.Line - 1).Replace("  SQL> ", "", StringComparison.Ordinal)));
                break;
            case StepKind.CloseAll:
                foreach (var name in (string[])["alice@6101", "dave@6101", "carol@6101", "bob@6102"]) // as in the recording of Redis
                    await CloseAsync(name, "offline");
                break;
            case StepKind.Receive when step.Texts.Count == 0:
                await AssertNothingAsync(ServerOf(step.Connection), _clients[step.Connection]);
                break;
            case StepKind.Receive:
                await SettleAsync();
                foreach (var text in step.Texts)
                    await AssertNextAsync(_clients[step.Connection], text);
                if (step.Connection == "alice2@6102") // it is not seen again, and Redis was told so at once
                    await CloseAsync(step.Connection, "online");
                break;
        }
    }

    async Task CloseAsync(string name, string stateAfter)
    {
        await _clients[name].LeaveAsync();
        await EventuallyAsync(stateAfter, $"select state from Users where name = '{name.Split('@')[0].TrimEnd('2')}'");
    }

    /// <summary>The recording does not show how they came to be.</summary>
    async Task RegisterOthersAsync()
    {
        var client = await ConnectAsync(A);
        foreach (var (name, id) in new[] { ("bob", 3), ("carol", 4), ("dave", 5) })
        {
            await client.SendAsync($$"""{"msgid":4,"name":"{{name}}","password":"123456"}""");
            await AssertNextAsync(client, $$"""{"errno":0,"id":{{id}},"msgid":5}""");
        }
    }

    LegacyServer ServerOf(string connection) => connection.EndsWith("@6101", StringComparison.Ordinal) ? A : B;
}
