using System.Buffers.Text;
using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class SyncTokenTests
{
    static readonly SeenConversation One = new(ConversationId.Direct(1, 2), 42, 40);

    [Fact]
    public void A_token_comes_back_as_it_was()
    {
        var token = new SyncToken(1795410443660, [One, new SeenConversation(ConversationId.Group(int.MaxValue), long.MaxValue, 0)]);
        var read = SyncToken.TryDecode(token.Encode())!;
        Assert.Equal(token.Watermark, read.Watermark);
        Assert.Equal(token.Recent, read.Recent);
    }

    [Fact]
    public void A_token_is_a_plain_word() => Assert.Matches("^[A-Za-z0-9_-]+$", new SyncToken(long.MaxValue, [One]).Encode());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64 !")]
    [InlineData("AAAA")]
    [InlineData("AQ")]
    [InlineData("AQEBAA")]
    [InlineData("Af____________________8")]
    [InlineData("AQD_____Bw")]
    public void What_is_none_of_ours_is_no_token(string? text) => Assert.Null(SyncToken.TryDecode(text));

    [Fact]
    public void A_token_that_was_cut_off_is_no_token()
    {
        var bytes = Base64Url.DecodeFromChars(new SyncToken(1795410443660, [One]).Encode());
        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(SyncToken.TryDecode(Base64Url.EncodeToString(bytes.AsSpan(0, length))));
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(5000, true)]
    public void What_changed_before_the_watermark_is_known(long changedAt, bool isNews) =>
        Assert.Equal(isNews, new SyncToken(1000, []).IsNews(One, changedAt));

    [Fact]
    public void What_was_seen_in_this_state_is_no_news_and_in_another_state_is()
    {
        var token = new SyncToken(1000, [One]);
        Assert.False(token.IsNews(One, 2000));
        Assert.True(token.IsNews(One with { Head = 43 }, 2000));
        Assert.True(token.IsNews(One with { Read = 41 }, 2000));
    }
}
