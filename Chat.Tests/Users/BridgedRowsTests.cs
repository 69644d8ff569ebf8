using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Users;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Users;

public sealed class BridgedRowsTests
{
    readonly BridgedRows _rows = new();

    [Fact]
    public void One_row_after_the_other_goes_to_its_conversation_in_their_order()
    {
        Add(7, 3, 5);
        Assert.Equal(3, NextId());
        Assert.Equal(3, NextId());
        Assert.True(_rows.OnAnswer(3, isRefused: false));
        Assert.Equal(5, NextId());
        Assert.False(_rows.OnAnswer(3, isRefused: false));
    }

    [Fact]
    public void A_row_that_was_answered_does_not_wait_again()
    {
        Add(1, 2);
        _rows.OnAnswer(1, isRefused: false);
        _rows.OnAnswer(2, isRefused: true);
        Add(1, 2);
        Assert.False(_rows.HasWaiting);
    }

    [Fact]
    public void A_session_gets_what_was_refused_and_not_what_was_taken_over()
    {
        Add(1, 2);
        _rows.OnAnswer(1, isRefused: false);
        _rows.OnAnswer(2, isRefused: true);
        Assert.Equal([2L, 3], _rows.WithoutImported([Row(1), Row(2), Row(3)]).Select(row => row.Id));
        _rows.OnLive();
        Assert.Equal(3, _rows.WithoutImported([Row(1), Row(2), Row(3)]).Count);
    }

    [Fact]
    public void A_row_whose_conversation_does_not_answer_is_overdue_and_the_next_has_its_own_time()
    {
        Add(1, 2);
        Assert.False(_rows.Next(1000)!.Value.IsOverdue);
        Assert.False(_rows.Next(1000 + BridgedRows.MaxImportMilliseconds - 1)!.Value.IsOverdue);
        Assert.True(_rows.Next(1000 + BridgedRows.MaxImportMilliseconds)!.Value.IsOverdue);
        _rows.OnAnswer(1, isRefused: true);
        Assert.False(_rows.Next(1000 + BridgedRows.MaxImportMilliseconds)!.Value.IsOverdue);
    }

    [Fact]
    public void Without_sessions_only_the_row_under_way_is_remembered()
    {
        Add(1, 2, 3);
        _rows.OnAnswer(1, isRefused: true);
        _rows.NoteRead([Row(9)]);
        _rows.Forget();
        Assert.Equal(2, NextId());
        Assert.False(_rows.WasRead(9));
        _rows.OnAnswer(2, isRefused: false);
        Assert.False(_rows.HasWaiting);
        Add(1);
        Assert.Equal(1, NextId());
    }

    [Fact]
    public void Of_the_rows_that_came_in_front_the_first_is_told_once()
    {
        _rows.NoteUnread(5);
        _rows.NoteUnread(4);
        _rows.NoteUnread(6);
        Assert.Equal(4, _rows.TakeUnread());
        Assert.Null(_rows.TakeUnread());
    }

    [Fact]
    public void What_was_read_is_remembered_within_bounds()
    {
        _rows.NoteRead([.. Enumerable.Range(1, BridgedRows.MaxRead + 1).Select(id => Row(id))]);
        Assert.True(_rows.WasRead(1));
        _rows.NoteRead([Row(5000)]);
        Assert.False(_rows.WasRead(1));
        Assert.True(_rows.WasRead(5000));
    }

    [Fact]
    public void What_belongs_to_no_conversation_or_is_too_long_is_not_taken_over()
    {
        Assert.False(BridgedRows.IsForConversation(Row(1)));
        var chat = new BridgedChat(default, ConversationId.Direct(1, 2), 1, 2, default);
        Assert.True(BridgedRows.IsForConversation(Row(1) with { Bridged = chat, Body = new byte[Import.MaxBytes] }));
        Assert.False(BridgedRows.IsForConversation(Row(1) with { Bridged = chat, Body = new byte[Import.MaxBytes + 1] }));
    }

    void Add(params long[] ids)
    {
        foreach (var id in ids)
            _rows.Add(Row(id));
    }

    long? NextId() => _rows.Next(0)?.Row.Id;

    static QueuedMessage Row(long id) => new(id, null, 0, null, 0, default);
}
