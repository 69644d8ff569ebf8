using Chat.Node.Actors;
using Xunit;

namespace Chat.Tests.Delivery;

public sealed class SmallMapTests
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(8, 2)]
    [InlineData(9, 3)]
    [InlineData(40, 4)]
    public void It_holds_what_a_dictionary_holds(int keys, int seed)
    {
        var random = new Random(seed);
        var few = new SmallMap<int, string>();
        var expected = new Dictionary<int, string>();
        for (var step = 0; step < 2000; step++)
        {
            var key = random.Next(keys);
            switch (random.Next(40))
            {
                case 0:
                    few.Clear();
                    expected.Clear();
                    break;
                case < 20:
                    few[key] = expected[key] = $"{step}";
                    break;
                default:
                    Assert.Equal(expected.Remove(key, out var known), few.Remove(key, out var removed));
                    Assert.Equal(known, removed);
                    break;
            }

            Assert.Equal(expected.Count, few.Count);
            Assert.Equal(expected.ContainsValue($"{step - 3}"), few.Any(value => value == $"{step - 3}"));
            for (var each = 0; each < keys; each++)
            {
                Assert.Equal(expected.TryGetValue(each, out var known), few.TryGetValue(each, out var value));
                Assert.Equal(known, value);
                Assert.Equal(expected.ContainsKey(each), few.ContainsKey(each));
            }

            Assert.Equal(expected.OrderBy(pair => pair.Key), All(few).OrderBy(pair => pair.Key));
        }
    }

    [Fact]
    public void An_empty_one_needs_nothing()
    {
        var few = new SmallMap<long, string>();
        Assert.Equal(0, few.Count);
        Assert.False(few.TryGetValue(1, out _));
        Assert.False(few.Remove(1));
        Assert.Empty(All(few));
    }

    static List<KeyValuePair<TKey, string>> All<TKey>(SmallMap<TKey, string> few)
        where TKey : struct, IEquatable<TKey>
    {
        var all = new List<KeyValuePair<TKey, string>>();
        foreach (var pair in few)
            all.Add(pair);
        return all;
    }
}
