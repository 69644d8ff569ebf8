using System.Text;
using Chat.Node.Bridge;
using Chat.Node.Contracts;
using Xunit;

namespace Chat.Tests.Bridge;

/// <summary>What a channel brings: anybody may publish anything there.</summary>
public sealed class SubscriberArrivalsTests
{
    const int User = 7;

    [Fact]
    public void Too_many_bytes_are_no_message() =>
        Assert.Equal($"{Import.MaxBytes + 1} bytes are more than {Import.MaxBytes}", Read(new byte[Import.MaxBytes + 1]));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    public void What_is_no_json_object_is_no_message(string json) => Assert.NotNull(Read(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{"msg":"x"}""", "it does not say who sent it")]
    [InlineData("""{"msg":"x","id":3,"toid":9}""", "it is for user 9")]
    [InlineData("""{"msg":"x","id":3,"toid":7}""", null)]
    [InlineData("""{"msg":"x","id":3}""", null)]
    public void A_message_names_its_sender_and_no_other_receiver(string json, string? problem) => Assert.Equal(problem, Read(Encoding.UTF8.GetBytes(json)));

    static string? Read(byte[] payload) => SubscriberArrivals.Read(payload, User, now: 1_700_000_000_000, out _);
}
