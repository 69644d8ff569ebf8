using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public class PushLedgerTests
{
    static readonly ConversationId Conversation = ConversationId.Group(7);

    [Fact]
    public void A_legacy_client_s_user_is_told_at_once()
    {
        var ledger = new PushLedger();
        Assert.True(ledger.NoteFlushed(Conversation, 3, isModern: false, out var upTo));
        Assert.Equal(3, upTo);
        Assert.Equal(0, ledger.Unreported.Length);
    }

    [Fact]
    public void A_modern_client_s_numbers_are_reported_together_and_once()
    {
        var ledger = new PushLedger();
        Assert.False(ledger.NoteFlushed(Conversation, 1, isModern: true, out _));
        Assert.False(ledger.NoteFlushed(Conversation, 2, isModern: true, out _));
        Assert.Equal([Conversation], ledger.Unreported.ToArray());
        Assert.True(ledger.TryReport(Conversation, out var upTo));
        Assert.Equal(2, upTo);
        Assert.False(ledger.TryReport(Conversation, out _));
    }

    [Fact]
    public void No_more_than_so_many_numbers_are_kept_back()
    {
        var ledger = new PushLedger();
        Assert.False(ledger.NoteFlushed(Conversation, PushLedger.MaxUnreported - 1, isModern: true, out _));
        Assert.True(ledger.NoteFlushed(Conversation, PushLedger.MaxUnreported, isModern: true, out _));
        Assert.False(ledger.TryReport(Conversation, out _));
    }

    [Fact]
    public void A_lower_number_takes_nothing_back()
    {
        var ledger = new PushLedger();
        ledger.NoteFlushed(Conversation, 5, isModern: false, out _);
        ledger.NoteFlushed(Conversation, 4, isModern: false, out var upTo);
        Assert.Equal(5, upTo);
    }

    [Fact]
    public void Who_logs_out_leaves_no_numbers()
    {
        var ledger = new PushLedger();
        ledger.Of(Conversation).Written = 9;
        Assert.Equal(9, ledger.WrittenTo(Conversation));
        ledger.Clear();
        Assert.Equal(0, ledger.WrittenTo(Conversation));
    }
}
