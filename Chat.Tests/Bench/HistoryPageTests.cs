using System.Text;
using System.Text.Json;
using Chat.Bench.Checking;
using Chat.Bench.Workloads;
using Xunit;

namespace Chat.Tests.Bench;

public sealed class HistoryPageTests
{
    [Fact]
    public void A_page_without_a_fault_is_counted() => Assert.Equal(3, HistoryWorkload.Check(Page(false, 11, 12, 13), 10, 3));

    [Fact]
    public void A_hole_is_refused() => Assert.Throws<BenchException>(() => HistoryWorkload.Check(Page(false, 11, 13), 10, 2));

    [Fact]
    public void A_page_that_begins_too_late_is_refused() => Assert.Throws<BenchException>(() => HistoryWorkload.Check(Page(false, 12, 13), 10, 2));

    [Fact]
    public void A_page_that_is_too_short_says_that_there_is_more()
    {
        Assert.Equal(2, HistoryWorkload.Check(Page(true, 11, 12), 10, 3));
        Assert.Throws<BenchException>(() => HistoryWorkload.Check(Page(false, 11, 12), 10, 3));
    }

    [Fact]
    public void A_changed_text_is_refused()
    {
        var page = JsonDocument.Parse("""{"errno":0,"messages":[{"seq":11,"msg":"something else"}]}""").RootElement;
        Assert.Throws<BenchException>(() => HistoryWorkload.Check(page, 10, 1));
    }

    static JsonElement Page(bool hasMore, params int[] numbers)
    {
        var messages = numbers.Select(number =>
        {
            var text = new byte[100];
            StampedText.Write(text, new(1, 1, number, 1));
            return $$"""{"seq":{{number}},"msg":"{{Encoding.UTF8.GetString(text)}}"}""";
        });
        return JsonDocument.Parse($$"""{"errno":0,"messages":[{{string.Join(',', messages)}}]{{(hasMore ? ",\"more\":true" : "")}}}""").RootElement;
    }
}
