using System.Text;
using Chat.Node.Storage;
using Chat.Node.Webhooks;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Webhooks;

public sealed class PushRuleTests
{
    static readonly PendingPush Push = new(3, ConversationId.Direct(1, 3), 42);

    [Fact]
    public void Who_has_no_session_and_has_not_read_is_woken() => Assert.Equal(PushStep.Tell, Judge(readTo: 41, receivedTo: 41, hasSession: false));

    [Fact]
    public void What_a_device_has_received_and_nobody_has_read_wakes_too() => Assert.Equal(PushStep.Tell, Judge(readTo: 41, receivedTo: 42, hasSession: false));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_has_read_is_not_woken(bool hasSession) => Assert.Equal(PushStep.Forget, Judge(readTo: 42, receivedTo: 0, hasSession));

    [Fact]
    public void Who_has_received_it_in_a_session_is_not_woken() => Assert.Equal(PushStep.Forget, Judge(readTo: 0, receivedTo: 42, hasSession: true));

    [Fact]
    public void A_session_that_has_not_received_it_may_be_dead() => Assert.Equal(PushStep.Wait, Judge(readTo: 0, receivedTo: 41, hasSession: true));

    [Fact]
    public void Nobody_is_woken_by_an_own_message_or_by_one_that_is_gone()
    {
        Assert.Equal(PushStep.Forget, PushRule.Judge(Push, Mark(0, 0), hasSession: false, sender: 3));
        Assert.Equal(PushStep.Forget, PushRule.Judge(Push, Mark(0, 0), hasSession: false, sender: null));
    }

    [Fact]
    public void A_preview_has_at_most_80_code_points_and_ends_between_two()
    {
        Assert.Equal("hi 你好 😀", PushRule.Preview("hi 你好 😀"));
        Assert.Equal(new string('x', 80), PushRule.Preview(new string('x', 80)));
        var smileys = string.Concat(Enumerable.Repeat("😀", 100));
        Assert.Equal(80, PushRule.Preview(smileys).EnumerateRunes().Count());
        Assert.Equal(160, PushRule.Preview(smileys).Length);
    }

    [Theory]
    [InlineData("""{"id":1,"msg":"hi 你好","msgid":6}""", "hi 你好")]
    [InlineData("""{"id":1,"x":{"msg":"inner"},"msg":"outer"}""", "outer")]
    [InlineData("""{"id":1,"msg":7}""", "")]
    [InlineData("""{"id":1}""", "")]
    public void The_text_of_a_message_is_its_own(string body, string text) => Assert.Equal(text, ChangedBody.TextOf(Encoding.UTF8.GetBytes(body)));

    static PushStep Judge(long readTo, long receivedTo, bool hasSession) => PushRule.Judge(Push, Mark(readTo, receivedTo), hasSession, sender: 1);

    static DeliveryMark Mark(long readTo, long receivedTo) => new(3, Push.Conversation, 42, receivedTo, readTo);
}
