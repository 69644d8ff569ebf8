using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>Of how many messages the way is recorded.</summary>
public sealed class TracingSettingsTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("0.01", 0.01)]
    public void A_ratio_is_a_part_of_all_messages(string? text, double expected) => Assert.Equal(expected, Read(text).TracingRatio);

    [Theory]
    [InlineData("1.01")]
    [InlineData("-0.5")]
    [InlineData("NaN")]
    [InlineData("0,5")]
    [InlineData("1%")]
    public void What_is_no_such_part_is_named(string text) => Assert.Equal(
        $"Chat:Tracing:Ratio is \"{text}\": expected is a number from 0 to 1", Assert.Throws<SettingsException>(() => Read(text)).Message);

    static ChatSettings Read(string? ratio) => ChatSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(ratio is null ? [] : [new("Chat:Tracing:Ratio", ratio)]).Build());
}
