using System.Text.Json;
using Chat.Bench.Load;
using Xunit;

namespace Chat.Tests.Bench;

public sealed class MessageTemplateTests
{
    const uint Run = 0xCAFE1234;

    [Fact]
    public void Cmids_of_all_flows_ascend_together()
    {
        var cmids = Cmids(hasRandomCmids: false);
        Assert.Distinct(cmids);
        Assert.Equal(cmids.Order(StringComparer.Ordinal), cmids);
    }

    [Fact]
    public void Random_cmids_do_not_ascend_and_a_repeated_message_has_its_own_again()
    {
        var cmids = Cmids(hasRandomCmids: true);
        Assert.Distinct(cmids);
        Assert.InRange(cmids.Zip(cmids.Skip(1)).Count(pair => string.CompareOrdinal(pair.Item1, pair.Item2) < 0), 1200, 1800);
        Assert.Equal(cmids, Cmids(hasRandomCmids: true));
    }

    /// <summary>Of messages 0 to 999 of three flows, one of each in turns.</summary>
    static List<string> Cmids(bool hasRandomCmids)
    {
        var templates = Enumerable.Range(0, 3).Select(flow => MessageTemplate.Modern(Run, flow, 7, isGroup: false, 120, hasRandomCmids)).ToList();
        return [.. Enumerable.Range(0, 1000).SelectMany(number => templates.Select(template => CmidOf(template, number)))];
    }

    static string CmidOf(MessageTemplate template, int number)
    {
        var frame = new byte[template.Bytes];
        template.Write(frame, number, intended: 1);
        return JsonDocument.Parse(frame).RootElement.GetProperty("cmid").GetString()!;
    }
}
