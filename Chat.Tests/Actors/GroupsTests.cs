using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>Members are changed, and the conversation, for which a probe stands, hears of it before anybody is answered.</summary>
public sealed class GroupsTests : ActorTest
{
    readonly TestProbe _conversation;
    int _group;

    public GroupsTests() => _conversation = NewProbe();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _group = (await ContactStore.CreateGroupAsync(Alice, "team", ""))!.Value;
    }

    [Fact]
    public async Task Who_adds_members_is_answered_when_the_conversation_knows_them_also_the_second_time()
    {
        var groups = GroupsOf(maxMembers: 10);
        for (var time = 1; time <= 2; time++)
        {
            var added = groups.ChangeMembersAsync(Alice, new ChangeMembersRequest(_group) { Add = [Bob] });
            Assert.Equal(ConversationId.Group(_group), (await _conversation.ExpectMsgAsync<ReloadMembers>()).Conversation);
            Assert.True(await ContactStore.IsMemberAsync(Bob, _group));
            Assert.False(added.IsCompleted);
            _conversation.Reply(new MembersKnown(ConversationId.Group(_group)));
            Assert.Null(await added.WaitAsync(Patience));
        }
    }

    [Fact]
    public async Task What_is_refused_is_answered_without_the_conversation()
    {
        var refusal = await GroupsOf(maxMembers: 1).ChangeMembersAsync(Alice, new ChangeMembersRequest(_group) { Add = [Bob] }).WaitAsync(Patience);
        Assert.Equal((ErrorCode.Full, Bob), (refusal?.Error, refusal?.UserId));
    }

    [Fact]
    public async Task Who_is_put_out_while_joining_does_not_stay_in_the_conversation()
    {
        var joining = GroupsOf(maxMembers: 10).JoinAsync(Bob, _group);
        Assert.Equal(Bob, (await _conversation.ExpectMsgAsync<MembersChanged>()).UserId);
        await Support.GroupMembers.RemoveMembersAsync(Database, _group, [Bob]);
        _conversation.Reply(new MembersKnown(ConversationId.Group(_group)));
        await _conversation.ExpectMsgAsync<ReloadMembers>(); // or it would go on with him
        _conversation.Reply(new MembersKnown(ConversationId.Group(_group)));
        Assert.Null((await joining.WaitAsync(Patience)).Refusal);
    }

    [Fact]
    public async Task The_last_place_is_given_once()
    {
        var store = new MemberStore(Database, Clock);
        var joined = await Task.WhenAll(((int[])[Bob, Carol]).Select(user => store.ChangeAsync(_group, user, [user], group => GroupRules.Join(group, user, maxMembers: 2))));
        Assert.Equal(ErrorCode.Full, Assert.Single(joined, outcome => outcome.Refusal is not null).Refusal?.Error);
        Assert.Equal(2, (await ContactStore.MembersAsync([_group]))[_group].Count);
    }

    [Fact]
    public async Task A_stranger_leaves_without_the_conversation_and_a_group_that_is_not_there_is_named()
    {
        Assert.Null(await GroupsOf(maxMembers: 10).LeaveAsync(Bob, _group).WaitAsync(Patience));
        Assert.Equal(ErrorCode.NotFound, (await GroupsOf(maxMembers: 10).LeaveAsync(Bob, _group + 1).WaitAsync(Patience))?.Error);
    }

    [Fact]
    public async Task A_group_is_deleted_once_and_who_asks_again_is_told_so()
    {
        var groups = GroupsOf(maxMembers: 10);
        var deleting = groups.ChangeAsync(Alice, new ChangeGroupRequest(_group) { Delete = true });
        await _conversation.ExpectMsgAsync<ReloadMembers>();
        _conversation.Reply(new MembersKnown(ConversationId.Group(_group)));
        Assert.Null(await deleting.WaitAsync(Patience));
        await HasHeardAsync();
        Assert.Null(await groups.ChangeAsync(Alice, new ChangeGroupRequest(_group) { Delete = true }).WaitAsync(Patience));
        Assert.Equal(ErrorCode.NotFound, (await groups.ChangeAsync(Alice, new ChangeGroupRequest(_group) { Name = "x" }).WaitAsync(Patience))?.Error);
    }

    [Fact]
    public async Task Who_deletes_again_because_there_was_no_answer_is_answered_when_the_conversation_knows_it()
    {
        Assert.True((await NewGroupStore().DeleteAsync(_group, Alice, _ => null)).IsDifferent); // by a node that is dead
        var deleting = GroupsOf(maxMembers: 10).ChangeAsync(Alice, new ChangeGroupRequest(_group) { Delete = true });
        await _conversation.ExpectMsgAsync<ReloadMembers>();
        Assert.False(deleting.IsCompleted);
        _conversation.Reply(new MembersKnown(ConversationId.Group(_group)));
        Assert.Null(await deleting.WaitAsync(Patience));
    }

    [Fact]
    public async Task Who_leaves_again_because_there_was_no_answer_is_answered_when_the_conversation_knows_it()
    {
        await Support.GroupMembers.AddMembersAsync(Database, _group, [Bob]);
        foreach (var user in (int[])[Bob, Alice]) // the last one takes the group along
        {
            Assert.Null((await NewMemberStore().ChangeAsync(_group, user, [user], group => GroupRules.Leave(group, user))).Refusal); // by a node that is dead
            var leaving = GroupsOf(maxMembers: 10).LeaveAsync(user, _group);
            await _conversation.ExpectMsgAsync<ReloadMembers>();
            Assert.False(leaving.IsCompleted);
            _conversation.Reply(new MembersKnown(ConversationId.Group(_group)));
            Assert.Equal(user == Bob ? (ErrorCode?)null : ErrorCode.NotFound, (await leaving.WaitAsync(Patience))?.Error);
            await HasHeardAsync();
        }
    }

    /// <summary>The conversation removes what has waited for it.</summary>
    async Task HasHeardAsync() => await Outbox.RemoveAsync(_group, [.. (await Outbox.ReadAsync(_group, 10)).Select(waiting => waiting.Id)]);

    SystemOutbox Outbox => new(Database, Clock, new UserDirectory(Database, new LegacyTexts(Database)));

    GroupStore NewGroupStore() => new(Database, writesForLegacy: false, new LegacyTexts(Database), outbox: Outbox);

    MemberStore NewMemberStore() => new(Database, Clock, outbox: Outbox);

    Groups GroupsOf(int maxMembers) => new(
        ContactStore, NewGroupStore(), NewMemberStore(),
        new GroupNews(new Lazy<NoticeBoard>(() => NoticeBoard.Of(Sys)), new Lazy<PresenceRoad>(() => PresenceRoad.Of(Sys))), () => maxMembers, Region(_conversation.Ref), Clock);
}
