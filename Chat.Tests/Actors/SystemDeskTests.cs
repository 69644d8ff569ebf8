using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>What becomes of a group is logged by its conversation, in order with what is said, and once.</summary>
public sealed class SystemDeskTests : ConversationTest
{
    ConversationId _group;
    int _lastNumber;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        System = new SystemOutbox(Database, Clock, new UserDirectory(Database, new LegacyTexts(Database)));
        _group = ConversationId.Group((await ContactStore.CreateGroupAsync(Alice, "team", ""))!.Value);
    }

    [Fact]
    public async Task A_change_is_between_what_was_said_before_and_behind_it()
    {
        var conversation = Start(_group.ToString());
        Assert.Equal(1, (await PostAsync(conversation)).Seq);
        await ChangeAsync(Bob, new MemberFacts("normal"));
        await ReloadAsync(conversation);
        await WaitForAsync(["1 text 0", "2 alice added bob 1"]);
        Assert.Equal(3, (await PostAsync(conversation)).Seq);
        await ChangeAsync(Bob, default);
        await ReloadAsync(conversation);
        await WaitForAsync(["1 text 0", "2 alice added bob 1", "3 text 1", "4 alice removed bob 2"]);
        await Eventually.EqualAsync(0, async () => (await System!.WaitingAsync(10)).Count);
        var delivered = Users.ReceiveWhile(Patience, TimeSpan.FromMilliseconds(100), message => message as Deliver).OfType<Deliver>().Where(each => each.Message.IsSystem);
        Assert.Equal([(2L, Alice), (2L, Bob), (4L, Alice)], delivered.Select(each => (each.Number, each.UserId)).Distinct().Order());
    }

    [Fact]
    public async Task A_life_that_starts_goes_on_with_the_count_of_texts()
    {
        await ChangeAsync(Bob, new MemberFacts("normal"));
        var conversation = Start(_group.ToString());
        await ReloadAsync(conversation);
        await WaitForAsync(["1 alice added bob 1"]);
        await Eventually.EqualAsync(0, async () => (await System!.WaitingAsync(10)).Count);
        await KillAsync(conversation);
        Assert.Equal(2, (await PostAsync(Start(_group.ToString()))).Seq);
        await WaitForAsync(["1 alice added bob 1", "2 text 1"]);
    }

    [Fact]
    public async Task What_was_logged_by_a_life_that_could_not_say_so_is_not_logged_again()
    {
        var conversation = Start(_group.ToString());
        await PostAsync(conversation);
        await ChangeAsync(Bob, new MemberFacts("normal"));
        var waiting = Assert.Single(await System!.ReadAsync(_group.B, 10));
        await LogStore.AppendAsync([new LogRow(_group, 2, 0, waiting.Cmid, 1, waiting.Message.ToBody(_group.B, waiting.Text, 1).Bytes) { Systems = 1 }]);
        await KillAsync(conversation);
        conversation = Start(_group.ToString());
        await ReloadAsync(conversation);
        await Eventually.EqualAsync(0, async () => (await System!.WaitingAsync(10)).Count);
        Assert.Equal(3, (await PostAsync(conversation)).Seq);
        await WaitForAsync(["1 text 0", "2 alice added bob 1", "3 text 1"]);
    }

    [Fact]
    public async Task What_could_not_be_written_comes_later()
    {
        var conversation = Start(_group.ToString());
        await PostAsync(conversation);
        await ChangeAsync(Bob, new MemberFacts("normal"));
        Database.Writes = StatementFault.Refused;
        await ReloadAsync(conversation);
        await Eventually.EqualAsync(false, async () => (await PostAsync(conversation, isPatient: false)).Seq > 0);
        Database.Writes = StatementFault.None;
        await WaitForAsync(["1 text 0", "2 alice added bob 1"]);
        Assert.Equal(3, (await PostAsync(conversation)).Seq);
    }

    [Fact]
    public async Task A_conversation_hears_that_its_group_has_ended_and_says_nothing()
    {
        var conversation = Start(_group.ToString());
        await PostAsync(conversation);
        await ChangeAsync(Bob, new MemberFacts("normal")); // nobody is told of it any more
        await new GroupStore(Database, writesForLegacy: false, new LegacyTexts(Database), outbox: System).DeleteAsync(_group.B, Alice, _ => null);
        Assert.True(await System!.IsWaitingAsync(_group.B)); // until the conversation has heard, nodes go on to tell it
        await ReloadAsync(conversation);
        await Eventually.EqualAsync(false, () => System!.IsWaitingAsync(_group.B));
        conversation.Tell(PostOf(5000, "late", _group, 4999, 5000), Session.Ref);
        await Session.FishForMessageAsync(message => message is PostRefused { Error: ErrorCode.NotFound }, Patience);
        await WaitForAsync(["1 text 0"]);
    }

    async Task ReloadAsync(IActorRef conversation)
    {
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        await Session.FishForMessageAsync(message => message is MembersKnown, Patience);
    }

    async Task ChangeAsync(int userId, MemberFacts facts) => await new MemberStore(Database, Clock, outbox: System)
        .ChangeAsync(_group.B, Alice, [userId], _ => new GroupJudgement(null, new Dictionary<int, MemberFacts> { [userId] = facts }));

    /// <summary>As a patient client, or with one attempt: then the number 0 says that it was refused.</summary>
    async Task<PostAccepted> PostAsync(IActorRef conversation, bool isPatient = true)
    {
        _lastNumber += 1000;
        if (isPatient)
            return await PostUntilAcceptedAsync(conversation, $"c{_lastNumber}", _lastNumber, _group);
        conversation.Tell(PostOf(_lastNumber, $"c{_lastNumber}", _group, _lastNumber - 1, _lastNumber), Session.Ref);
        return await Session.ExpectMsgAsync<object>() as PostAccepted ?? new PostAccepted(_group, 0, 0, 0);
    }

    /// <summary>Numbers, texts, and how many system messages there are up to there.</summary>
    Task WaitForAsync(string[] expected) => Eventually.EqualAsync(string.Join('\n', expected), async () => string.Join('\n', (await LogStore.ReadAfterAsync(_group, 0, 100))
        .Select(row => $"{row.Seq} {(row.IsSystem ? ChangedBody.TextOf(row.Body.Span) : "text")} {row.Systems}")));
}
