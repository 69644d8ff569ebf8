using Chat.Protocol;
using ChatActors.Client;
using ChatActors.Client.Messages;
using Xunit;

namespace Chat.Tests.Client;

public sealed class RewindSearchTests
{
    static readonly ConversationId Conversation = ConversationId.Direct(1, 3);

    /// <summary>What is above <paramref name="kept"/> was sent after everything that was seen.</summary>
    [Theory]
    [InlineData(42, 42, 7)]
    [InlineData(42, 45, 7)]
    [InlineData(0, 45, 50)]
    [InlineData(1, 450, 50)]
    [InlineData(449, 450, 1)]
    [InlineData(310, 450, 3)]
    [InlineData(100, 450, 1000)]
    public void The_first_message_that_is_newer_than_all_that_was_seen_is_found(int kept, int head, int pageSize)
    {
        const long Seen = 10_000;
        var log = Enumerable.Range(1, head).Select(seq => new ChatMessage(Conversation, seq, 3, "bob", "") { Timestamp = seq <= kept ? seq : Seen + seq }).ToList();
        var search = new RewindSearch(head, Seen);
        for (var asked = 0; !search.IsDone; asked++)
        {
            Assert.True(asked < 1000);
            var page = log.Where(message => message.Seq > search.After).Take(pageSize).ToList();
            search.Offer(page, hasMore: page.Count > 0 && page[^1].Seq < head);
        }

        Assert.Equal(kept, search.Below);
    }

    [Fact]
    public void Without_a_time_there_is_nothing_to_look_for() => Assert.True(new RewindSearch(42, 0).IsDone);

    [Fact]
    public void A_history_that_is_empty_ends_it()
    {
        var search = new RewindSearch(42, 1000);
        search.Offer([], hasMore: false);
        Assert.Equal((true, 42L), (search.IsDone, search.Below));
    }
}
