using Chat.Node.Contracts;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

public sealed class UserSettingsStateTests
{
    const int Me = 3;
    static readonly ConversationId Direct = ConversationId.Direct(3, 17);
    static readonly ConversationId Others = ConversationId.Direct(1, 2);

    readonly UserSettingsState _state = new(Me);

    [Fact]
    public void Who_has_changed_nothing_is_seen_and_has_empty_lists()
    {
        Assert.Equal(PresencePrivacy.Everyone, _state.Settings.Presence);
        Assert.Empty(_state.Settings.Muted);
        Assert.Empty(_state.Settings.Pinned);
        Assert.False(_state.Hides.Presence);
    }

    [Fact]
    public void All_parts_of_a_change_are_done_together()
    {
        Change(new() { Unmute = null, Mute = Group(9), Pin = Group(8) });
        var events = Change(new() { Presence = PresencePrivacy.Nobody, Mute = Direct, Unmute = Group(9), Pin = Group(2), Unpin = Group(8) });

        Assert.Equal(5, events.Count);
        Assert.True(_state.Hides.Presence);
        Assert.Equal([Direct], _state.Settings.Muted);
        Assert.Equal([Group(2)], _state.Settings.Pinned);
    }

    [Fact]
    public void What_is_so_already_needs_no_event()
    {
        Change(new() { Presence = PresencePrivacy.Nobody, Mute = Direct, Pin = Direct });

        Assert.Empty(Change(new() { Presence = PresencePrivacy.Nobody, Mute = Direct, Unmute = Group(1), Pin = Direct, Unpin = Group(1) }));
        Assert.Empty(new UserSettingsState(Me).Decide(new() { Presence = PresencePrivacy.Everyone }).Events);
    }

    [Fact]
    public void The_newest_pin_is_last_and_a_repeated_one_stays()
    {
        foreach (var id in (ConversationId[])[Group(2), Direct, Group(1), Group(2)])
            Change(new() { Pin = id });

        Assert.Equal([Group(2), Direct, Group(1)], _state.Settings.Pinned);
    }

    [Fact]
    public void Muted_conversations_are_in_order_whatever_the_order_of_the_changes()
    {
        foreach (var id in (ConversationId[])[Direct, Group(2), Group(1)])
            Change(new() { Mute = id });

        Assert.Equal([Group(1), Group(2), Direct], _state.Settings.Muted);
    }

    [Theory]
    [InlineData("mute")]
    [InlineData("unmute")]
    [InlineData("pin")]
    [InlineData("unpin")]
    public void A_pair_without_the_user_is_refused_and_nothing_of_the_change_is_done(string key)
    {
        var change = new SettingsChange { Presence = PresencePrivacy.Nobody };
        var decision = _state.Decide(key switch
        {
            "mute" => change with { Mute = Others },
            "unmute" => change with { Unmute = Others },
            "pin" => change with { Pin = Others },
            _ => change with { Unpin = Others },
        });

        Assert.Equal(ErrorCode.NotYours, decision.Error);
        Assert.Contains("d:1:2", decision.Reason, StringComparison.Ordinal);
        Assert.Empty(decision.Events);
    }

    [Fact]
    public void The_lists_are_bounded_for_good_and_an_exchange_still_fits()
    {
        for (var i = 1; i <= 1000; i++)
            Change(new() { Mute = Group(i) });
        for (var i = 1; i <= 100; i++)
            Change(new() { Pin = Group(i) });

        var muted = _state.Decide(new() { Presence = PresencePrivacy.Nobody, Mute = Direct });
        var pinned = _state.Decide(new() { Pin = Direct });

        Assert.Equal((ErrorCode.TooLarge, 0), (muted.Error, muted.Events.Count));
        Assert.Contains("1000", muted.Reason, StringComparison.Ordinal);
        Assert.Equal((ErrorCode.TooLarge, 0), (pinned.Error, pinned.Events.Count));
        Assert.Contains("100 ", pinned.Reason, StringComparison.Ordinal);
        Assert.False(ErrorCode.TooLarge.IsRetryable());
        Change(new() { Mute = Direct, Unmute = Group(500), Pin = Direct, Unpin = Group(50) });
        Assert.Equal((1000, 100), (_state.Settings.Muted.Count, _state.Settings.Pinned.Count));
    }

    [Fact]
    public void The_events_lead_to_the_same_state_again_and_so_does_a_snapshot()
    {
        var events = new List<IUserSettingsEvent>();
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var id = Group(random.Next(1, 20));
            events.AddRange(Change(random.Next(6) switch
            {
                0 => new() { Mute = id },
                1 => new() { Unmute = id },
                2 => new() { Pin = id },
                3 => new() { Unpin = id },
                4 => new() { HidesReceipts = random.Next(2) == 0 },
                _ => new() { Presence = (PresencePrivacy)random.Next(2) },
            }));
        }

        var replayed = new UserSettingsState(Me);
        events.ForEach(replayed.Apply);
        var restored = new UserSettingsState(Me);
        restored.Apply(new ConversationPinned(Group(99)));
        restored.Restore(_state.Snapshot);

        Assert.NotEmpty(_state.Settings.Muted);
        AssertSame(_state.Settings, replayed.Settings);
        AssertSame(_state.Settings, restored.Settings);
    }

    [Fact]
    public void Settings_that_were_handed_out_do_not_change_any_more()
    {
        var before = _state.Settings;
        Change(new() { Mute = Direct, Pin = Direct });
        Assert.Empty(before.Muted);
        Assert.Empty(before.Pinned);
    }

    static ConversationId Group(int id) => ConversationId.Group(id);

    static void AssertSame(UserSettings expected, UserSettings actual)
    {
        Assert.Equal((expected.Presence, expected.HidesReceipts), (actual.Presence, actual.HidesReceipts));
        Assert.Equal(expected.Muted, actual.Muted);
        Assert.Equal(expected.Pinned, actual.Pinned);
    }

    IReadOnlyList<IUserSettingsEvent> Change(SettingsChange change)
    {
        var decision = _state.Decide(change);
        Assert.Equal(ErrorCode.None, decision.Error);
        foreach (var happened in decision.Events)
            _state.Apply(happened);
        return decision.Events;
    }
}
