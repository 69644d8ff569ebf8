using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A conversation of two users of whom one blocks the other.</summary>
public sealed class ConversationBlockTests : ConversationTest
{
    int _lastNumber;

    [Fact]
    public async Task Who_is_blocked_is_refused_at_once_and_nothing_is_stored()
    {
        var conversation = Start();
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
        await ChangeAsync(conversation, ContactAction.Block);
        var refused = Assert.IsType<PostRefused>(await PostAsync(conversation, Bob));
        Assert.Equal((ErrorCode.Blocked, $"user {Alice} takes no messages from you"), (refused.Error, refused.Reason));
        Assert.Equal(1, await LoggedAsync());
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Alice));
        await ChangeAsync(conversation, ContactAction.Unblock);
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_life_knows_who_is_blocked(bool keepsHistory)
    {
        await Book.ChangeAsync(Alice, new ChangeContactRequest(Bob, ContactAction.Block));
        var conversation = Start(keepsHistory: keepsHistory);
        Assert.Equal(ErrorCode.Blocked, Assert.IsType<PostRefused>(await PostAsync(conversation, Bob)).Error);
    }

    [Fact]
    public async Task Who_is_blocked_no_more_is_noticed_also_if_the_news_was_lost()
    {
        var conversation = Start();
        await ChangeAsync(conversation, ContactAction.Block);
        Assert.IsType<PostRefused>(await PostAsync(conversation, Bob));
        await Book.ChangeAsync(Alice, new ChangeContactRequest(Bob, ContactAction.Unblock));
        Clock.Advance(TimeSpan.FromSeconds(2)); // that Bob may not send is remembered for a second
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
    }

    [Fact]
    public async Task A_message_that_was_accepted_before_stays_so()
    {
        var conversation = Start();
        Assert.Equal(1, Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob, "first")).Seq);
        await ChangeAsync(conversation, ContactAction.Block);
        Assert.Equal(1, Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob, "first")).Seq);
    }

    [Fact]
    public async Task An_edit_is_a_message_too_and_a_recall_is_none()
    {
        var conversation = Start();
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
        await ChangeAsync(conversation, ContactAction.Block);
        foreach (var kind in (ChangeKind[])[ChangeKind.Edit, ChangeKind.React, ChangeKind.Pin])
        {
            conversation.Tell(new ChangeMessage(Pair, Bob, 1, kind, "👍"), Session.Ref);
            Assert.Equal(ErrorCode.Blocked, (await Session.ExpectMsgAsync<MessageChangeAnswer>(Patience)).Error);
        }

        conversation.Tell(new ChangeMessage(Pair, Bob, 1, ChangeKind.Recall, ""), Session.Ref);
        Assert.Equal(ErrorCode.None, (await Session.ExpectMsgAsync<MessageChangeAnswer>(Patience)).Error);
        conversation.Tell(new ChangeMessage(Pair, Alice, 1, ChangeKind.Pin, ""), Session.Ref);
        Assert.NotEqual(ErrorCode.Blocked, (await Session.ExpectMsgAsync<MessageChangeAnswer>(Patience)).Error);
    }

    [Fact]
    public async Task Messages_of_those_who_are_not_blocked_read_nothing()
    {
        var conversation = Start();
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
        Database.Reads = StatementFault.Refused;
        Assert.IsType<PostAccepted>(await PostAsync(conversation, Bob));
    }

    ContactBook Book => new(Database);

    async Task ChangeAsync(IActorRef conversation, ContactAction action)
    {
        await Book.ChangeAsync(Alice, new ChangeContactRequest(Bob, action));
        conversation.Tell(new ReloadMembers(Pair), Session.Ref);
        await Session.ExpectMsgAsync<MembersKnown>(Patience);
    }

    async Task<object> PostAsync(IActorRef conversation, int sender, string? cmid = null)
    {
        var number = ++_lastNumber;
        conversation.Tell(PostOf(number, cmid ?? $"c{number}", answeredTo: number - 1, epoch: number, sender: sender), Session.Ref);
        return await Session.ExpectMsgAsync<object>(Patience);
    }
}
