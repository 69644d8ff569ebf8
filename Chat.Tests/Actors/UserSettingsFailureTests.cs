using System.Diagnostics;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Protocol;
using Chat.Tests.Support;
using Dapper;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A journal or a database that fails: whoever asks hears so in time, and when it is back all is as before.</summary>
public sealed class UserSettingsFailureTests : UserSettingsTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_locked_journal_is_a_retryable_error_in_time(bool isRunning)
    {
        var user = Start();
        if (isRunning)
            await MustChangeAsync(user, new() { Mute = Group(1) });
        using (var journal = OpenJournal())
        {
            journal.Execute("BEGIN EXCLUSIVE");
            if (!isRunning)
                journal.Execute("UPDATE EventJournal SET deleted = 0");
            var clock = Stopwatch.StartNew();
            AssertUnavailable(await ChangeAsync(user, new() { Mute = Group(2) }));
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, Eventually.Patience); // without bounds it would be 30 s
            journal.Execute("ROLLBACK");
        }

        var after = await MustChangeAsync(user, new() { Mute = Group(3) });
        Assert.Equal(isRunning ? [Group(1), Group(3)] : [Group(3)], after.Muted);
    }

    [Fact]
    public async Task A_journal_that_is_gone_is_a_retryable_error_until_it_is_back()
    {
        var user = Start();
        await MustChangeAsync(user, new() { Mute = Group(1) });
        File.Move(JournalPath, JournalPath + ".away");
        Directory.CreateDirectory(JournalPath);
        for (var i = 0; i < 20; i++)
            AssertUnavailable(await ChangeAsync(user, new() { Mute = Group(2) }));

        Directory.Delete(JournalPath);
        File.Move(JournalPath + ".away", JournalPath);

        Assert.Equal([Group(1), Group(2)], (await MustChangeAsync(user, new() { Mute = Group(2) })).Muted);
    }

    [Fact]
    public async Task What_a_newer_version_has_stored_is_not_guessed_at()
    {
        var user = Start();
        await MustChangeAsync(user, new() { Mute = Group(1) });
        using var journal = OpenJournal();
        journal.Execute("UPDATE EventJournal SET manifest = 'mute-2'");
        user = await RestartAsync(user);

        await EventFilter.Warning(contains: "\"mute-2\"").ExpectOneAsync(async () => AssertUnavailable(await GetAsync(user)));

        journal.Execute("UPDATE EventJournal SET manifest = 'mute-1'");
        Assert.Equal([Group(1)], (await MustGetAsync(user)).Muted);
    }

    [Fact]
    public async Task A_second_writer_of_the_same_number_loses_and_the_next_request_knows_the_first()
    {
        var user = Start();
        await MustChangeAsync(user, new() { Mute = Group(1) });
        using (var journal = OpenJournal())
        {
            journal.Execute(
                """
                INSERT INTO EventJournal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
                SELECT created, deleted, persistence_id, 2, message, 'unmute-1', identifier, writer_uuid FROM EventJournal
                """);
        }

        AssertUnavailable(await ChangeAsync(user, new() { Mute = Group(2) }));
        Assert.Equal([Group(2)], (await MustChangeAsync(user, new() { Mute = Group(2) })).Muted);
    }

    [Fact]
    public async Task A_projection_that_fails_is_made_up_for_at_the_next_use()
    {
        var user = Start();
        var (session, _) = await AttachAsync(user, 100);
        await EventuallyAsync("online", "SELECT state FROM Users WHERE id = 2");
        Database.Writes = StatementFault.Refused;
        AssertUnavailable(await ChangeAsync(user, new() { Presence = PresencePrivacy.Nobody }));
        await session.ExpectMsgAsync<UserSettingsChanged>(); // it is stored: the devices know

        Database.Writes = StatementFault.None;

        Assert.Equal("nobody; muted ; pinned ", TextOf(await MustGetAsync(user)));
        Assert.Equal("offline", await ScalarAsync<string>("SELECT state FROM Users WHERE id = 2"));
    }

    [Fact]
    public async Task A_projection_that_an_earlier_life_has_missed_is_written_by_the_next()
    {
        var user = Start();
        await MustChangeAsync(user, new() { Presence = PresencePrivacy.Nobody });
        await Database.WriteAsync((connection, transaction) => connection.ExecuteAsync("DELETE FROM UserPrivacy", transaction: transaction));

        user = await RestartAsync(user);
        await MustGetAsync(user);

        Assert.Equal(1, await ScalarAsync<long>("SELECT hides_presence FROM UserPrivacy WHERE userid = 2"));
    }

    [Fact]
    public async Task A_hand_off_lets_an_open_request_end()
    {
        var user = Start();
        await MustGetAsync(user);
        var stall = Database.StallWrites();
        user.Tell(new ChangeSettings(Bob, 0, new() { Presence = PresencePrivacy.Nobody }), Asker.Ref);
        await stall.Reached;
        Watch(user);
        user.Tell(StopUser.Instance);
        AssertUnavailable(await AskAsync(user, new GetSettings(Bob))); // came too late, and is told at once
        Assert.False(HasMessages);

        stall.Release();

        Assert.Equal(PresencePrivacy.Nobody, (await Asker.ExpectMsgAsync<SettingsAnswer>(Patience)).Settings!.Presence);
        await ExpectTerminatedAsync(user, Patience);
    }

    [Fact]
    public async Task A_user_that_dies_over_an_open_request_says_so()
    {
        var user = Start();
        var stall = Database.StallWrites();
        user.Tell(new ChangeSettings(Bob, 0, new() { Presence = PresencePrivacy.Nobody }), Asker.Ref);
        await stall.Reached;

        Stop(user);

        AssertUnavailable(await Asker.ExpectMsgAsync<SettingsAnswer>(Patience));
        stall.Release();
    }

    [Fact]
    public async Task Settings_that_do_not_answer_are_given_up_and_the_next_request_begins_anew()
    {
        var user = Start();
        var stall = Database.StallWrites();
        user.Tell(new ChangeSettings(Bob, 0, new() { Presence = PresencePrivacy.Nobody }), Asker.Ref);
        await stall.Reached;

        Clock.Advance(TimeSpan.FromSeconds(6));

        AssertUnavailable(await Asker.ExpectMsgAsync<SettingsAnswer>(Patience));
        stall.Release();
        Assert.Equal(PresencePrivacy.Nobody, (await MustGetAsync(user)).Presence);
    }

    [Fact]
    public async Task Not_more_than_a_hundred_requests_of_a_user_are_open()
    {
        var user = Start();
        var stall = Database.StallWrites();
        for (var i = 0; i < 100; i++)
            user.Tell(new ChangeSettings(Bob, 0, new() { Presence = PresencePrivacy.Nobody }), Asker.Ref);
        await stall.Reached;

        AssertUnavailable(await AskAsync(user, new GetSettings(Bob)));

        stall.Release();
        for (var i = 0; i < 100; i++)
            Assert.Equal(ErrorCode.None, (await Asker.ExpectMsgAsync<SettingsAnswer>(Patience)).Error);
    }

    static void AssertUnavailable(SettingsAnswer answer)
    {
        Assert.Equal(ErrorCode.Unavailable, answer.Error);
        Assert.Null(answer.Settings);
    }
}
