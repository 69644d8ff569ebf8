using Chat.Node.Files;
using Xunit;

namespace Chat.Tests.Files;

public sealed class TransferPlacesTests
{
    [Fact]
    public void One_user_takes_no_more_than_its_part()
    {
        var places = new TransferPlaces(max: 3, maxOfUser: 2);
        Assert.Equal([true, true, false], [places.TryEnter(1), places.TryEnter(1), places.TryEnter(1)]);
        Assert.Equal([true, false], [places.TryEnter(2), places.TryEnter(3)]);
        places.Leave(1);
        Assert.Equal([true, false], [places.TryEnter(3), places.TryEnter(4)]);
    }

    [Fact]
    public void Who_was_refused_keeps_no_place()
    {
        var places = new TransferPlaces(max: 10, maxOfUser: 1);
        Assert.True(places.TryEnter(1));
        for (var i = 0; i < 100; i++)
            Assert.False(places.TryEnter(1));
        places.Leave(1);
        Assert.True(places.TryEnter(1));
    }
}
