using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A group whose members are changed from outside while its conversation lives.</summary>
public sealed class ConversationMembersTests : ConversationTest
{
    ConversationId _group;
    int _lastNumber;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _group = ConversationId.Group((await ContactStore.CreateGroupAsync(Alice, "team", "", [Bob]))!.Value);
    }

    [Fact]
    public async Task Who_has_left_sends_nothing_any_more()
    {
        var conversation = Start(_group.ToString());
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
        await Database.RemoveMembersAsync(_group.B, [Bob]);
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        Assert.Equal(_group, (await Session.ExpectMsgAsync<MembersKnown>()).Conversation);
        Assert.Equal(ErrorCode.NotYours, Assert.IsType<PostRefused>(await PostAsync(conversation, Bob)).Error);
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Alice));
    }

    [Fact]
    public async Task A_change_during_a_reading_is_read_before_it_is_answered()
    {
        var (isReading, mayRead) = (new TaskCompletionSource(), new TaskCompletionSource());
        var conversation = Start(_group.ToString());
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Alice));
        await Database.AddMembersAsync(_group.B, [Carol]);
        Database.AfterRead = async () =>
        {
            Database.AfterRead = null; // the first reading alone, which has Carol in it
            isReading.SetResult();
            await mayRead.Task;
        };
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        await isReading.Task.WaitAsync(Patience);
        await Database.RemoveMembersAsync(_group.B, [Carol]);
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        conversation.Tell(PostOf(2, "behind it", _group, 1, 2, Carol), Session.Ref);
        mayRead.SetResult();
        await Session.ExpectMsgAsync<MembersKnown>();
        await Session.ExpectMsgAsync<MembersKnown>();
        await Session.ExpectMsgAsync<MembersKnown>();
        await Session.ExpectMsgAsync<PostRefused>(); // judged by what was read after the change
    }

    [Fact]
    public async Task Who_goes_on_sending_where_it_may_not_has_the_members_read_once_a_second()
    {
        var conversation = Start(_group.ToString());
        Clock.Stop();
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Alice));
        var reads = 0;
        Database.AfterRead = () =>
        {
            Interlocked.Increment(ref reads);
            return Task.CompletedTask;
        };
        Assert.IsType<PostRefused>(await PostAsync(conversation, Carol));
        var first = reads;
        Assert.NotEqual(0, first);
        for (var i = 0; i < 3; i++)
            Assert.Equal(ErrorCode.NotYours, Assert.IsType<PostRefused>(await PostAsync(conversation, Carol)).Error);
        Assert.Equal(first, reads);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.IsType<PostRefused>(await PostAsync(conversation, Carol));
        Assert.True(reads > first);
        await Database.AddMembersAsync(_group.B, [Carol]);
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        await Session.ExpectMsgAsync<MembersKnown>();
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Carol));
    }

    [Fact]
    public async Task Members_that_could_not_be_read_are_read_later()
    {
        var conversation = Start(_group.ToString());
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
        await Database.RemoveMembersAsync(_group.B, [Bob]);
        Database.Reads = StatementFault.Refused;
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        await Support.Eventually.EqualAsync(true, async () => await PostAsync(conversation, Alice) is PostAccepted); // the reading has failed, and was not answered
        Database.Reads = StatementFault.None;
        await Support.Eventually.EqualAsync(ErrorCode.NotYours, async () => (await PostAsync(conversation, Bob) as PostRefused)?.Error ?? ErrorCode.None);
    }

    [Fact]
    public async Task Who_is_muted_neither_sends_nor_edits_until_that_is_over()
    {
        var conversation = Start(_group.ToString());
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
        var until = Clock.GetUtcNow().ToUnixTimeMilliseconds() + 1000;
        await ChangeAsync(conversation, Bob, new MemberFacts("normal", until));
        var refused = Assert.IsType<PostRefused>(await PostAsync(conversation, Bob));
        Assert.Equal((ErrorCode.Forbidden, until), (refused.Error, refused.Until));
        conversation.Tell(new ChangeMessage(_group, Bob, 1, ChangeKind.Edit, "a way to speak"), Session.Ref);
        Assert.Equal(ErrorCode.Forbidden, (await Session.ExpectMsgAsync<MessageChangeAnswer>()).Error);
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Alice));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
    }

    [Fact]
    public async Task A_life_that_starts_knows_who_is_muted()
    {
        await ChangeAsync(null, Bob, new MemberFacts("normal", long.MaxValue));
        var conversation = Start(_group.ToString());
        Assert.Equal(long.MaxValue, Assert.IsType<PostRefused>(await PostAsync(conversation, Bob)).Until);
    }

    async Task ChangeAsync(IActorRef? conversation, int userId, MemberFacts facts)
    {
        await new MemberStore(Database, Clock).ChangeAsync(_group.B, Alice, [userId], _ => new GroupJudgement(null, new Dictionary<int, MemberFacts> { [userId] = facts }));
        if (conversation is null)
            return;
        conversation.Tell(new ReloadMembers(_group), Session.Ref);
        await Session.ExpectMsgAsync<MembersKnown>();
    }

    async Task<object> PostAsync(IActorRef conversation, int sender)
    {
        var number = ++_lastNumber;
        conversation.Tell(PostOf(number, $"c{number}", _group, number - 1, number, sender), Session.Ref);
        return await Session.ExpectMsgAsync<object>();
    }
}
