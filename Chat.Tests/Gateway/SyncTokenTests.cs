using System.Buffers.Text;
using Chat.Node.Gateway;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class SyncTokenTests
{
    static readonly SeenConversation Seen = new(ConversationId.Direct(3, 17), 42, 40);

    [Fact]
    public void A_token_survives_the_way_to_the_client_and_back()
    {
        var token = new SyncToken(1_795_410_443_660, 17, [Seen, new(ConversationId.Group(int.MaxValue), long.MaxValue, 0, 7, 41)]);
        var back = SyncToken.TryDecode(token.Encode());
        Assert.NotNull(back);
        Assert.Equal((token.Watermark, token.NewestStart), (back.Watermark, back.NewestStart));
        Assert.Equal(token.Recent, back.Recent);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64 at all!")]
    [InlineData("AAAA")]
    [InlineData("Ag")]
    [InlineData("AQUBAAcBAQ")] // version 1
    [InlineData("Av__________________")]
    public void Garbage_is_no_token(string? text) => Assert.Null(SyncToken.TryDecode(text));

    [Fact]
    public void A_token_that_was_cut_off_is_none()
    {
        var bytes = Base64Url.DecodeFromChars(new SyncToken(1_795_410_443_660, 17, [Seen]).Encode());
        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.Null(SyncToken.TryDecode(Base64Url.EncodeToString(bytes.AsSpan(0, length)))));
    }

    [Fact]
    public void A_conversation_that_cannot_be_is_no_token()
    {
        // version 4, watermark 5, start 3, one conversation: the group 0
        Assert.Null(SyncToken.TryDecode(Base64Url.EncodeToString([4, 5, 3, 1, 0, 0, 1, 1, 0, 0])));
        Assert.NotNull(SyncToken.TryDecode(Base64Url.EncodeToString([4, 5, 3, 1, 0, 7, 1, 1, 0, 0])));
    }

    [Fact]
    public void News_is_what_changed_since_and_was_not_seen_so()
    {
        var token = new SyncToken(1000, 17, [Seen]);
        Assert.False(token.IsNews(Seen, 1000, 17));
        Assert.True(token.IsNews(Seen with { Head = 43 }, 1000, 17));
        Assert.True(token.IsNews(Seen with { Read = 41 }, 2000, 17));
        Assert.True(token.IsNews(Seen with { Floor = 42 }, 2000, 17));
        Assert.False(token.IsNews(Seen with { Head = 43 }, 999, 17));
        Assert.True(token.IsNews(Seen with { Head = 43 }, 999, 18));
        Assert.False(token.IsNews(Seen, 999, 18));
    }
}
