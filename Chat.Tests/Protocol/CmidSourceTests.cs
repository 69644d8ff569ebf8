using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Protocol;

public sealed class CmidSourceTests
{
    readonly ManualClock _clock = new();

    [Fact]
    public void Ids_ascend_while_the_clock_stands_still_and_when_it_goes_back()
    {
        var source = new CmidSource("x", _clock);
        var ids = Enumerable.Range(0, 5000).Select(_ => source.Next()).ToList();
        _clock.Now -= TimeSpan.FromDays(1);
        ids.AddRange(Enumerable.Range(0, 5000).Select(_ => source.Next()));
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Distinct(ids);
    }

    [Fact]
    public void Ids_of_several_sources_ascend_together()
    {
        CmidSource[] sources = [new("ff", _clock), new("aa", _clock), new("0", _clock)];
        List<string> ids = [];
        for (var i = 0; i < 30; i++)
        {
            ids.Add(sources[i % 3].Next());
            _clock.Now += TimeSpan.FromMilliseconds(1);
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void An_id_says_its_time_and_its_source()
    {
        var source = new CmidSource("0123456789abcdef", _clock, "~");
        var id = source.Next();
        Assert.Equal($"~{_clock.Milliseconds << 12:x14}-0123456789abcdef", id);
        Assert.True(source.IsOwn(id));
        Assert.False(source.IsOwn(new CmidSource("fedcba9876543210", _clock, "~").Next()));
        Assert.False(source.IsOwn("0123456789abcdef"));
        Assert.False(source.IsOwn(""));
    }
}
