using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>Nobody learns by logging in who has an account.</summary>
[Collection(NodeCollection.Name)]
public sealed class EnumerationTests : IDisposable
{
    const int Tries = 4;

    readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_who_is_not_there_is_refused_and_blocked_as_one_who_is(bool byId)
    {
        await using var node = await TestNode.StartAsync(_folder, $"--Chat:Limits:FailedLoginsPerMinutePerAccount={Tries}");
        await using var alice = await node.LogInNewAsync("alice");
        await using var stranger = await node.ConnectAsync();

        var answers = new List<(string There, string NotThere)>();
        for (var i = 0; i < Tries + 2; i++)
        {
            answers.Add((
                await TryAsync(byId ? new { msgid = 1, id = alice.UserId, password = "wrong" } : new { msgid = 1, name = alice.Name, password = "wrong" }),
                await TryAsync(byId ? new { msgid = 1, id = 999_999, password = "wrong" } : new { msgid = 1, name = "nobody", password = "wrong" })));
        }

        Assert.All(answers, answer => Assert.Equal(answer.There, answer.NotThere));
        Assert.Equal([1, 1, 1, 1, 9, 9], answers.Select(answer => int.Parse(answer.NotThere.Split("\"errno\":")[1].Split([',', '}'])[0])));

        async Task<string> TryAsync(object login)
        {
            var answer = (await stranger.RequestAsync(login)).ToString();
            return System.Text.RegularExpressions.Regex.Replace(answer, "\"ref\":[0-9]+", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        }
    }
}
