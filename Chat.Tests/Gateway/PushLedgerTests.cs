using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class PushLedgerTests
{
    static readonly ConversationId Room = ConversationId.Group(5);

    readonly PushLedger _modern = new() { IsModern = true };
    readonly PushLedger _legacy = new();

    [Fact]
    public void A_number_is_written_once()
    {
        Assert.Equal(PushVerdict.Write, _modern.TakePush(Numbered(7)));
        Assert.Equal(PushVerdict.UnderWay, _modern.TakePush(Numbered(7)));
        _modern.OnFlushed(Left(7));
        Assert.Equal(PushVerdict.Flushed, _modern.TakePush(Numbered(7)));
        Assert.Equal(PushVerdict.Flushed, _modern.TakePush(Numbered(6)));
        Assert.Equal(PushVerdict.Write, _modern.TakePush(Numbered(8)));
        Assert.Equal(8, _modern.WrittenTo(Room));
    }

    [Fact]
    public void Without_a_history_there_are_no_numbers_to_compare()
    {
        Assert.Equal(PushVerdict.Write, _modern.TakePush(new Push(3, 1, Message(0))));
        Assert.Equal(PushVerdict.Write, _modern.TakePush(new Push(3, 1, Message(0))));
    }

    [Fact]
    public void A_legacy_client_is_not_shown_again_what_came_as_a_copy()
    {
        Assert.Equal(PushVerdict.Write, _legacy.TakePush(Copy(1, seq: 7)));
        Assert.Equal(PushVerdict.WriteReceipt, _legacy.TakePush(Numbered(7)));
        Assert.Equal(PushVerdict.WriteReceipt, _legacy.TakePush(Copy(2, seq: 7)));
        Assert.Equal(PushVerdict.Write, _legacy.TakePush(Copy(3, seq: 4))); // it knows no order
    }

    [Fact]
    public void A_modern_client_gets_a_copy_only_above_its_last_number()
    {
        _modern.TakePush(Numbered(7));
        Assert.Equal(PushVerdict.Flushed, _modern.TakePush(Copy(1, seq: 6)));
        Assert.Equal(PushVerdict.Flushed, _modern.TakePush(Copy(1, seq: 6)));
        Assert.Equal(PushVerdict.Write, _modern.TakePush(Copy(2, seq: 8)));
        Assert.Equal(PushVerdict.UnderWay, _modern.TakePush(Copy(2, seq: 8)));
        Assert.Equal(8, _modern.WrittenTo(Room));
    }

    [Fact]
    public void Copies_of_another_life_are_counted_anew()
    {
        _modern.TakePush(Copy(1, seq: 0));
        Assert.Equal(PushVerdict.UnderWay, _modern.TakePush(Copy(1, seq: 0)));
        Assert.Equal(PushVerdict.Write, _modern.TakePush(Copy(1, seq: 0, incarnation: -4)));
    }

    [Fact]
    public void The_last_copy_that_leaves_passes_what_was_not_written_before_it()
    {
        _modern.TakePush(Copy(1, seq: 8));
        _modern.TakePush(Copy(2, seq: 9));
        Assert.Equal(0, _modern.OnCopyFlushed(CopyLeft(1)));
        Assert.Equal(0, _modern.OnCopyFlushed(CopyLeft(2) with { Incarnation = -4 }));
        Assert.Equal(9, _modern.OnCopyFlushed(CopyLeft(2)));
        Assert.Equal(PushVerdict.Flushed, _modern.TakePush(Numbered(7)));
    }

    [Fact]
    public void A_legacy_clients_copies_pass_nothing()
    {
        _legacy.TakePush(Copy(1, seq: 8));
        Assert.Equal(0, _legacy.OnCopyFlushed(CopyLeft(1)));
    }

    [Fact]
    public void A_modern_client_fills_the_holes_of_the_queue_itself()
    {
        Assert.True(_modern.TryTakeRow(Row(1, seq: 5)));
        Assert.False(_modern.TryTakeRow(Row(2, seq: 4)));
        Assert.Equal(PushVerdict.UnderWay, _modern.TakePush(Numbered(5)));
        Assert.Equal(0, _modern.OfflineTo);
    }

    [Fact]
    public void A_legacy_client_is_shown_each_row_that_it_has_not_seen()
    {
        Assert.True(_legacy.TryTakeRow(Row(1, seq: 5)));
        Assert.True(_legacy.TryTakeRow(Row(2, seq: 4)));
        Assert.False(_legacy.TryTakeRow(Row(3, seq: 5)));
        Assert.Equal(PushVerdict.WriteReceipt, _legacy.TakePush(Numbered(5)));
    }

    [Fact]
    public void Rows_without_a_number_are_counted_by_their_ids()
    {
        Assert.True(_modern.TryTakeRow(Row(9, seq: 0)));
        Assert.True(_modern.TryTakeRow(Row(8, seq: 0)));
        Assert.Equal(9, _modern.OfflineTo);
    }

    [Fact]
    public void A_legacy_clients_user_is_told_each_number_at_once()
    {
        Assert.Equal(7, _legacy.OnFlushed(Left(7)));
        Assert.Equal(8, _legacy.OnFlushed(Left(8)));
        Assert.Equal(ReportTime.Never, _legacy.NextReport(1_000_000));
    }

    [Fact]
    public void Only_so_many_numbers_are_kept_back()
    {
        Assert.Equal(0, _modern.OnFlushed(Left(PushLedger.MaxUnreported - 1)));
        Assert.Equal(PushLedger.MaxUnreported, _modern.OnFlushed(Left(PushLedger.MaxUnreported)));
        Assert.Equal(0, _modern.OnFlushed(Left(PushLedger.MaxUnreported + 1)));
    }

    [Fact]
    public void A_report_takes_the_last_number_of_each_conversation_once()
    {
        var other = ConversationId.Group(6);
        _modern.OnFlushed(Left(3));
        _modern.OnFlushed(Left(4));
        _modern.OnFlushed(Left(2) with { Conversation = other });
        Assert.Equal([(Room, 4L), (other, 2L)], Report(1000));
        Assert.Empty(Report(1000));
        _modern.OnFlushed(Left(5));
        Assert.Equal([(Room, 5L)], Report(1000));
    }

    [Fact]
    public void What_was_told_at_once_is_not_reported_again()
    {
        _modern.OnFlushed(Left(3));
        _modern.OnFlushed(Left(PushLedger.MaxUnreported));
        Assert.Empty(Report(1000));
    }

    [Fact]
    public void A_report_follows_the_last_one_after_a_while_and_is_asked_for_once()
    {
        Report(1000);
        Assert.Equal(ReportTime.Never, _modern.NextReport(5000));
        _modern.OnFlushed(Left(1));
        Assert.Equal(ReportTime.Later, _modern.NextReport(1099));
        Assert.Equal(ReportTime.Never, _modern.NextReport(1099));
        Assert.Equal(ReportTime.Now, _modern.NextReport(1100));
        _modern.OnReportDue();
        Assert.Equal(ReportTime.Later, _modern.NextReport(1099));
    }

    [Fact]
    public void The_next_user_has_been_given_nothing()
    {
        _modern.TakePush(Numbered(7));
        _modern.TakePush(Copy(1, seq: 8));
        _modern.TryTakeRow(Row(9, seq: 0));
        _modern.Clear();
        Assert.Equal(0, _modern.OfflineTo);
        Assert.Equal(0, _modern.WrittenTo(Room));
        Assert.Equal(PushVerdict.Write, _modern.TakePush(Copy(1, seq: 6)));
        Assert.Equal(PushVerdict.Write, _modern.TakePush(Numbered(7)));
    }

    List<(ConversationId, long)> Report(long now)
    {
        var told = new List<(ConversationId, long)>();
        while (_modern.TryTakeUnreported(now, out var conversation, out var number))
            told.Add((conversation, number));
        return told;
    }

    static Push Numbered(long seq) => new(0, seq, Message(seq));

    static Push Copy(long number, long seq, long incarnation = -3) => new(incarnation, number, Message(seq));

    static Receipt Left(long number) => new(ReceiptKind.Push, Room, 0, number);

    static Receipt CopyLeft(long number) => new(ReceiptKind.Push, Room, -3, number);

    static QueuedMessage Row(long id, long seq) => new(id, Room, seq, "c", 0, default);

    static AcceptedMessage Message(long seq) => new(Room, seq, 1, "c", 0, default, 0);
}
