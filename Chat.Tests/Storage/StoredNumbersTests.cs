using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class StoredNumbersTests
{
    [Theory]
    [InlineData(3L, 17L, "d:3:17")]
    [InlineData(3L, 3L, "d:3:3")]
    [InlineData(0L, 5L, "g:5")]
    [InlineData(0L, 0L, null)]
    [InlineData(17L, 3L, null)]
    [InlineData(-1L, 2L, null)]
    [InlineData(1L, -2L, null)]
    [InlineData(1L, 3_000_000_000L, null)]
    [InlineData(null, 3L, null)]
    [InlineData(3L, null, null)]
    public void Two_numbers_that_are_no_conversation_are_taken_for_none(long? a, long? b, string? expected) =>
        Assert.Equal(expected, StoredNumbers.Conversation(a, b)?.ToString());

    [Theory]
    [InlineData(7L, 7L)]
    [InlineData(0L, 0L)]
    [InlineData(null, 0L)]
    [InlineData(-7L, 0L)]
    [InlineData(9007199254740991L, 9007199254740991L)]
    [InlineData(9007199254740992L, 0L)]
    [InlineData(long.MinValue, 0L)]
    public void A_number_out_of_its_range_is_taken_for_none(long? stored, long expected) => Assert.Equal(expected, StoredNumbers.OrZero(stored));

    [Fact]
    public void What_is_no_number_is_taken_for_none() =>
        Assert.Equal([7L, 7L, null, null, null], new object?[] { 7L, 7, "7", 7.0, null }.Select(StoredNumbers.Of));

    [Theory]
    [InlineData("""{"msg":"a"}""", true)]
    [InlineData("{}", true)]
    [InlineData("", false)]
    [InlineData("12345", false)]
    [InlineData("[]", false)]
    [InlineData("{", false)]
    [InlineData("{} {}", false)]
    [InlineData("garbage", false)]
    public void A_body_is_one_object(string body, bool expected) => Assert.Equal(expected, StoredBody.IsObject(System.Text.Encoding.UTF8.GetBytes(body)));
}
