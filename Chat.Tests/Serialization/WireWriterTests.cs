using System.Runtime.Serialization;
using Chat.Node.Serialization;
using Xunit;

namespace Chat.Tests.Serialization;

public sealed class WireWriterTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "02")]
    [InlineData(-1, "01")]
    [InlineData(63, "7e")]
    [InlineData(64, "8001")]
    [InlineData(long.MaxValue, "feffffffffffffffff01")]
    [InlineData(long.MinValue, "ffffffffffffffffff01")]
    public void Integers_take_as_many_bytes_as_they_need(long value, string hex)
    {
        var writer = new WireWriter();
        writer.Long(value);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.ToArray()));
        Assert.Equal(value, new WireReader(writer.ToArray()).Long());
    }

    [Fact]
    public void A_number_that_does_not_fit_an_int_is_not_cut_silently()
    {
        var writer = new WireWriter();
        writer.Long(1L + int.MaxValue);
        Assert.Throws<SerializationException>(() => new WireReader(writer.ToArray()).Int());
    }

    [Fact]
    public void Missing_and_empty_stay_apart()
    {
        var writer = new WireWriter();
        writer.OptionalText(null);
        writer.OptionalText("");
        writer.OptionalBytes(null);
        writer.OptionalBytes([]);
        var reader = new WireReader(writer.ToArray());
        Assert.Null(reader.OptionalText());
        Assert.Equal("", reader.OptionalText());
        Assert.Null(reader.OptionalBytes());
        Assert.Equal([], reader.OptionalBytes()!);
    }

    [Fact]
    public void A_message_that_was_cut_off_is_not_read()
    {
        var writer = new WireWriter();
        writer.Text("hello");
        var cut = writer.ToArray()[..^1];
        Assert.Throws<SerializationException>(() => new WireReader(cut).Text());
        Assert.Throws<SerializationException>(() => new WireReader(default).Long());
    }
}
