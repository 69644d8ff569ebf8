using Chat.Client.FullScreen;
using Chat.Protocol;
using ChatActors.Client;
using Xunit;
using static Chat.Tests.FullScreen.FullScreenScene;

namespace Chat.Tests.FullScreen;

public sealed class ChatModelTests
{
    readonly FullScreenScene _scene = new();

    ChatModel Model => _scene.Model;

    [Fact]
    public void Messages_that_are_not_seen_count_as_unread_and_those_to_the_user_as_mentions()
    {
        _scene.Receive(Message(Team, 1, Bob, "hello all"));
        _scene.Receive(Message(Team, 2, Bob, "@alice") with { References = new() { Mentions = [Alice] } });
        _scene.Receive(Message(Team, 3, Bob, "@all") with { References = new() { MentionsAll = true } });

        Assert.Equal((3, 2), (Model.EntryOf(Team).Unread, Model.EntryOf(Team).Mentions));
        Assert.Equal(3, Model.Unread);
    }

    [Fact]
    public void System_messages_and_own_ones_do_not_count()
    {
        _scene.Receive(Message(Team, 1, Bob, "hello"));
        _scene.Receive(new ChatMessage(Team, 2, 0, "*", "bob joined") { System = new("joined", Bob, [Bob]) });
        Assert.Equal(1, Model.EntryOf(Team).Unread);

        _scene.Receive(Message(Team, 3, Alice, "from my phone"));
        Assert.Equal(0, Model.EntryOf(Team).Unread); // whoever writes has read
    }

    [Fact]
    public void What_is_read_on_another_device_is_read_here_too()
    {
        Model.Show([new(new ConversationSummary(WithBob, 5) { Read = 1, Unread = 4, Mentions = 2, IsMarked = true }, null)]);
        _scene.Apply(new ConversationRead(WithBob, 4));
        Assert.Equal((4, 1, 1, false), (Model.EntryOf(WithBob).Read, Model.EntryOf(WithBob).Unread, Model.EntryOf(WithBob).Mentions, Model.EntryOf(WithBob).IsMarked));
        _scene.Apply(new ConversationRead(WithBob, 2)); // late
        Assert.Equal((4, 1), (Model.EntryOf(WithBob).Read, Model.EntryOf(WithBob).Unread));
        _scene.Apply(new ConversationRead(WithBob, 5));
        Assert.Equal((5, 0, 0), (Model.EntryOf(WithBob).Read, Model.EntryOf(WithBob).Unread, Model.EntryOf(WithBob).Mentions));
        _scene.Apply(new ConversationRead(Team, 5));
        Assert.DoesNotContain(Model.Conversations, entry => entry.Id == Team);
    }

    [Fact]
    public void What_the_list_has_counted_does_not_count_again_when_it_comes()
    {
        Model.Show([new(new ConversationSummary(WithBob, 5) { Read = 3, Unread = 2 }, null)]);

        _scene.Receive(Message(WithBob, 4, Bob, "four"));
        _scene.Receive(Message(WithBob, 5, Bob, "five"));
        Assert.Equal(2, Model.EntryOf(WithBob).Unread);

        _scene.Receive(Message(WithBob, 6, Bob, "six"));
        Assert.Equal(3, Model.EntryOf(WithBob).Unread);
    }

    [Fact]
    public void A_message_that_is_faster_than_the_answer_to_the_login_stays_and_one_of_somebody_else_goes()
    {
        var model = new ChatModel(new());
        model.Apply(new MessageReceived(Message(WithBob, 1, Bob, "hello alice")), isSeen: false, Now);

        model.LogIn(new(Alice, "alice", "", [], [], IsTruncated: false));
        Assert.Equal("hello alice", model.EntryOf(WithBob).Last?.Text);

        model.LogIn(new(Bob, "bob", "", [], [], IsTruncated: false));
        Assert.Empty(model.Conversations);
    }

    [Fact]
    public void A_list_that_was_overtaken_by_a_message_changes_no_count()
    {
        _scene.Receive(Message(WithBob, 6, Bob, "six"));

        Model.Show([new(new ConversationSummary(WithBob, 5) { Read = 5 }, null)]);

        Assert.Equal(1, Model.EntryOf(WithBob).Unread);
        Assert.Equal("six", Model.EntryOf(WithBob).Last?.Text);
    }

    [Fact]
    public void What_is_on_the_screen_is_read_and_told_once()
    {
        _scene.Open(WithBob, Message(WithBob, 1, Bob, "hi"));
        _scene.Receive(Message(WithBob, 2, Bob, "seen"));

        Assert.Equal(2, Model.Read());
        Assert.Null(Model.Read());
        Assert.Equal(0, Model.EntryOf(WithBob).Unread);
    }

    [Fact]
    public void Pinned_conversations_come_first_then_those_where_something_was_said_last()
    {
        _scene.Receive(Message(WithBob, 1, Bob, "early"));
        _scene.Receive(Message(Team, 2, Bob, "late"));
        Assert.Equal([Team, WithBob], Model.Conversations.Select(entry => entry.Id));

        Model.Show(new UserSettings(PresencePrivacy.Everyone, [Team], [WithBob]));
        Assert.Equal([WithBob, Team], Model.Conversations.Select(entry => entry.Id));
        Assert.Equal(1, Model.Unread); // the team is muted
    }

    [Fact]
    public void Marks_of_the_other_never_go_back()
    {
        Model.Apply(new ReceiptReceived(WithBob, Bob, 5, 4), isSeen: true, Now);
        Model.Apply(new ReceiptReceived(WithBob, Bob, 3, 3), isSeen: true, Now);

        Assert.Equal(new PeerMarks(5, 4), Model.PeerOf(WithBob));
    }

    [Fact]
    public void Typing_ends_by_itself_and_with_the_message()
    {
        var typing = new TypingChanged(WithBob, Bob, IsOn: true, TimeSpan.FromSeconds(6));
        Model.Apply(typing, isSeen: true, Now);
        Assert.Equal([Bob], Model.TypingIn(WithBob, Now.AddSeconds(5)));
        Assert.Empty(Model.TypingIn(WithBob, Now.AddSeconds(7)));

        _scene.Receive(Message(WithBob, 1, Bob, "done"));
        Assert.Empty(Model.TypingIn(WithBob, Now));
    }

    [Fact]
    public void Messages_stand_in_the_order_of_their_numbers_each_once()
    {
        var timeline = _scene.Open(WithBob, Message(WithBob, 4, Bob, "4"), Message(WithBob, 6, Bob, "6"));
        _scene.Receive(Message(WithBob, 7, Bob, "7"));
        timeline.Add(new HistoryPage([Message(WithBob, 4, Bob, "4"), Message(WithBob, 5, Bob, "5")], HasMore: true));

        Assert.Equal(["4", "5", "6", "7"], timeline.Messages.Select(message => message.Text));
        Assert.True(timeline.CanLoad);
    }

    [Fact]
    public void An_older_copy_of_a_changed_message_does_not_take_the_change_back()
    {
        var timeline = _scene.Open(WithBob, Message(WithBob, 1, Bob, "typo"));
        Model.Apply(new MessageChanged(WithBob, 1, Rev: 3) { By = Bob, Text = "better", Edited = 9 }, isSeen: true, Now);
        timeline.Add(Message(WithBob, 1, Bob, "typo"));

        Assert.Equal("better", timeline.Messages[0].Text);
        Assert.Equal("better", Model.EntryOf(WithBob).Last?.Text);
    }

    [Fact]
    public void Only_so_many_messages_are_kept_and_the_oldest_go()
    {
        var timeline = _scene.Open(WithBob);
        for (var seq = 1; seq <= Timeline.MaxMessages + 5; seq++)
            _scene.Receive(Message(WithBob, seq, Bob, $"{seq}"));

        Assert.Equal(Timeline.MaxMessages, timeline.Messages.Count);
        Assert.Equal(6, timeline.FirstSeq);
        Assert.True(timeline.HasOlder);
        Assert.False(timeline.CanLoad);
    }

    [Fact]
    public void A_sent_message_takes_its_place_when_it_is_acknowledged()
    {
        var timeline = _scene.Open(WithBob, Message(WithBob, 1, Bob, "hi"));
        var outgoing = timeline.Send(Message(WithBob, 0, Alice, "answer"));
        _scene.Receive(Message(WithBob, 3, Bob, "meanwhile"));
        timeline.Sent(outgoing, new(WithBob, 2, 5, "c"));

        Assert.Equal(["hi", "answer", "meanwhile"], timeline.Messages.Select(message => message.Text));
        Assert.Empty(timeline.Outgoing);
    }

    [Fact]
    public void A_server_that_went_back_takes_its_messages_along()
    {
        var timeline = _scene.Open(WithBob, Message(WithBob, 1, Bob, "1"), Message(WithBob, 2, Bob, "2"));
        Model.Apply(new ConversationRewound(WithBob, From: 2, To: 1), isSeen: true, Now);

        Assert.Equal(["1"], timeline.Messages.Select(message => message.Text));
    }

    [Fact]
    public void Another_login_sees_nothing_of_the_one_before()
    {
        _scene.Open(WithBob, Message(WithBob, 1, Bob, "secret"));
        Model.LogIn(new(Bob, "bob", "", [], [], IsTruncated: false));

        Assert.Empty(Model.Conversations);
        Assert.Null(Model.Selected);
        Assert.Null(Model.TimelineOf(WithBob));
    }
}
