using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class ListFramesTests
{
    static readonly RequestRef Ref = new("7"u8.ToArray());

    [Fact]
    public void Pages_have_the_legacy_shapes()
    {
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"members":[{"id":5,"name":"dave","role":"normal","state":"offline"}],"more":true}""",
            Text(ListFrames.Members(Ref, [new MemberEntry(5, "dave", "normal", false)], hasMore: true, 65536)));
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"groups":[{"id":1,"groupname":"g1","groupdesc":"first group","role":"creator","members":986}]}""",
            Text(ListFrames.Groups(Ref, [new GroupSummary(1, "g1", "first group", "creator", 986)], hasMore: false, 65536)));
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"friends":[{"id":5,"name":"dave","state":"online"}]}""",
            Text(ListFrames.Friends(Ref, [new FriendEntry(5, "dave", true)], hasMore: false, 65536)));
    }

    [Fact]
    public void A_page_that_does_not_fit_is_cut_and_says_more()
    {
        var friends = Enumerable.Range(1, 500).Select(id => new FriendEntry(id, "a \"friend\"", true)).ToList();
        var frame = ListFrames.Friends(Ref, friends, hasMore: false, 2048);

        Assert.InRange(frame.Length, 1800, 2048);
        using var json = JsonDocument.Parse(frame);
        Assert.True(json.RootElement.GetProperty("more").GetBoolean());
    }

    /// <summary>The smallest frame that can be set has room for it; else nobody could get past it.</summary>
    [Theory]
    [InlineData("x")]
    [InlineData("\u0001")]
    [InlineData("😀")]
    public void An_entry_however_long_its_texts_fits_into_a_page_of_its_own(string character)
    {
        var text = string.Concat(Enumerable.Repeat(character, 5000));
        var frame = ListFrames.Groups(new RequestRef(Encoding.UTF8.GetBytes($"\"{new string('r', 126)}\"")), [new GroupSummary(1, text, text, text, 1)], hasMore: false, 2048);

        Assert.InRange(frame.Length, 1, 2048);
        using var json = JsonDocument.Parse(frame);
        var group = Assert.Single(json.RootElement.GetProperty("groups").EnumerateArray());
        Assert.EndsWith("…", group.GetProperty("groupname").GetString(), StringComparison.Ordinal);
        Assert.StartsWith(character, group.GetProperty("groupdesc").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("😀", 50, 200)]
    [InlineData("\"", 50, 200)]
    public void What_a_node_lets_in_is_never_cut(string character, int name, int description)
    {
        string Of(int count) => string.Concat(Enumerable.Repeat(character, count));
        using var json = JsonDocument.Parse(ListFrames.Groups(Ref, [new GroupSummary(1, Of(name), Of(description), "normal", 1)], hasMore: false, 65536));
        var group = json.RootElement.GetProperty("groups")[0];
        Assert.Equal((Of(name), Of(description)), (group.GetProperty("groupname").GetString(), group.GetProperty("groupdesc").GetString()));
    }

    static string Text(byte[] frame) => Encoding.UTF8.GetString(frame).TrimEnd('\n');
}
