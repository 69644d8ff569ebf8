using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class ErrorCodeTests
{
    [Theory]
    [InlineData(ErrorCode.None, 0, false)]
    [InlineData(ErrorCode.Rejected, 1, false)]
    [InlineData(ErrorCode.AlreadyOnline, 2, false)]
    [InlineData(ErrorCode.NotLoggedIn, 3, false)]
    [InlineData(ErrorCode.Malformed, 4, false)]
    [InlineData(ErrorCode.UnknownRequest, 5, false)]
    [InlineData(ErrorCode.NotYours, 6, false)]
    [InlineData(ErrorCode.NotFound, 7, false)]
    [InlineData(ErrorCode.TooLarge, 8, false)]
    [InlineData(ErrorCode.TooFast, 9, true)]
    [InlineData(ErrorCode.Unavailable, 10, true)]
    [InlineData(ErrorCode.HistoryOff, 11, false)]
    [InlineData(ErrorCode.Blocked, 12, false)]
    [InlineData(ErrorCode.Forbidden, 13, false)]
    [InlineData(ErrorCode.Expired, 14, false)]
    [InlineData(ErrorCode.TooLate, 15, false)]
    [InlineData(ErrorCode.Full, 16, false)]
    [InlineData(ErrorCode.Off, 17, false)]
    public void The_numbers_are_those_of_the_contract_and_two_of_them_pass_by_themselves(ErrorCode code, int number, bool isRetryable)
    {
        Assert.Equal(number, (int)code);
        Assert.Equal(isRetryable, code.IsRetryable());
    }

    [Fact]
    public void No_number_is_missing_from_the_list_above() => Assert.Equal(18, Enum.GetValues<ErrorCode>().Length);
}
