using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Chat.Tests.Storage;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>Which marks are looked at next.</summary>
public sealed class MarkReaderTests : StorageTest
{
    static readonly ConversationId Told = ConversationId.Group(7);
    readonly MarkHints _hints = new();
    readonly WebhookMarks _marks;
    readonly MarkReader _reader;

    public MarkReaderTests()
        : base(StorageProvider.Sqlite)
    {
        var outbox = new WebhookOutbox(Database.Chat, Database.Clock);
        _marks = new WebhookMarks(Database.Chat, outbox, Database.Clock);
        _reader = new MarkReader(_marks, new WebhookChanges(Database.Chat, outbox));
    }

    [Fact]
    public void Hints_are_taken_in_batches_each_once_and_in_their_order()
    {
        for (var group = 2 * MarkHints.AtOnce; group > 0; group--)
            _hints.Add(ConversationId.Group(group));
        _hints.Add(ConversationId.Group(1));
        Assert.Equal(Enumerable.Range(MarkHints.AtOnce + 1, MarkHints.AtOnce).Reverse().Select(ConversationId.Group), _hints.Take());
        Assert.Equal(Enumerable.Range(1, MarkHints.AtOnce).Reverse().Select(ConversationId.Group), _hints.Take());
        Assert.True(_hints.IsEmpty);
    }

    [Fact]
    public void What_found_no_room_waits_for_the_next_tick()
    {
        _hints.AddLater(Told);
        Assert.True(_hints.IsEmpty);
        _hints.Add(Told); // it waits already
        Assert.True(_hints.IsEmpty);
        _hints.OnTick();
        Assert.Equal([Told], _hints.Take());
    }

    [Fact]
    public void Hints_are_bounded()
    {
        for (var group = 1; group <= MarkHints.Max + 1; group++)
            _hints.AddLater(ConversationId.Group(group));
        var taken = 0;
        for (var i = 0; i <= MarkHints.Max; i += MarkHints.AtOnce)
        {
            _hints.OnTick();
            taken += _hints.Take().Count;
        }

        Assert.Equal(MarkHints.Max, taken);
    }

    [Fact]
    public async Task Whoever_tells_of_conversations_does_not_keep_the_others_from_being_found()
    {
        await _marks.MarkAsync([(Told, 1), (ConversationId.Group(8), 1)]);
        _reader.AddHint(Told);
        Assert.Equal(2, (await LookAsync())!.Marks.Count); // all of them, once with each tick
        _reader.AddHint(ConversationId.Group(99));
        Assert.Equal(Told, Assert.Single((await LookAsync())!.Marks).Conversation);
        Assert.Null(await LookAsync());
        _reader.OnTick();
        _reader.AddHint(Told);
        Assert.Equal(2, (await LookAsync())!.Marks.Count);
    }

    [Fact]
    public async Task What_was_told_of_is_looked_at_once_more_when_the_database_did_not_answer_or_there_was_no_room()
    {
        await _marks.MarkAsync([(Told, 1)]);
        await LookAsync();
        _reader.AddHint(Told);
        Assert.True(_reader.TryBegin(isFull: false, out _));
        _reader.OnRead(new MarksFound([], [], Failure: new StorageException("away")));
        Assert.Null(await LookAsync());
        _reader.OnTick();
        await LookAsync(); // the page
        var found = (await LookAsync())!;
        _reader.OnNoRoom(found, Assert.Single(found.Marks).Conversation);
        Assert.Null(await LookAsync());
        _reader.OnTick();
        await LookAsync();
        Assert.Single((await LookAsync())!.Marks);
    }

    [Fact]
    public async Task A_change_is_found_by_a_hint_as_a_message_is()
    {
        await Database.ExecuteAsync("INSERT INTO WebhookChangeMark (a, b, first_rev, version) VALUES (0, 7, 3, 4)");
        await LookAsync();
        _reader.AddHint(Told);
        Assert.Equal(new WebhookMark(Told, 3, 4, IsOfChanges: true), Assert.Single((await LookAsync())!.Marks));
    }

    [Fact]
    public async Task What_is_being_read_while_an_endpoint_begins_does_not_count()
    {
        await _marks.MarkAsync([(Told, 1)]);
        Assert.True(_reader.TryBegin(isFull: false, out var look));
        var before = await look;
        _reader.ReadAgain([Told]);
        Assert.False(_reader.OnRead(before));
        Assert.Equal(Told, Assert.Single((await LookAsync())!.Marks).Conversation);
    }

    async Task<MarksFound?> LookAsync()
    {
        if (!_reader.TryBegin(isFull: false, out var look))
            return null;
        var found = await look;
        Assert.True(_reader.OnRead(found));
        return found;
    }
}
