using Chat.Node.Contracts;
using Chat.Node.Serialization;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Serialization;

public sealed class BundleTests
{
    /// <summary>A fan-out: the text travels once, and is one object for all its receivers, whose push is made once then.</summary>
    [Fact]
    public void A_chat_message_for_many_is_written_once_and_read_once()
    {
        var (first, second) = (Message(1), Message(2));
        var writer = new BundleWriter();
        for (var user = 1; user <= 100; user++)
            writer.Add("target", "sender", new Deliver(user, 0, 1, 0, 0, false, first));
        writer.Add("target", "sender", new Push(0, 2, second));
        writer.Add("target", "sender", new Push(0, 1, first));
        var bundle = writer.Take();
        Assert.InRange(bundle.Parts.Length, 2 * 1000, 2 * 1100 + 102 * 40);

        var items = Read(bundle).ConvertAll(item => item.Message);
        Assert.Equal(102, items.Count);
        var delivered = items.OfType<Deliver>().ToList();
        Assert.Equal(Enumerable.Range(1, 100), delivered.Select(deliver => deliver.UserId));
        Assert.All(delivered, deliver => Assert.Same(delivered[0].Message, deliver.Message));
        var pushed = items.OfType<Push>().ToList();
        Assert.Null(DeepEquality.FindDifference(second, pushed[0].Message, "second"));
        Assert.Same(delivered[0].Message, pushed[1].Message);
        Assert.Null(DeepEquality.FindDifference(first, pushed[1].Message, "first"));
    }

    [Fact]
    public void Every_message_comes_out_as_it_went_in_and_the_next_bundle_is_another()
    {
        var writer = new BundleWriter();
        foreach (var sample in Samples.All)
            writer.Add("target é", "sender", sample);
        var bundle = writer.Take();
        writer.Add("t", "s", new Push(0, 1, Message(1)));

        var items = Read(bundle);
        Assert.Equal(Samples.All.Length, items.Count);
        foreach (var (sample, item) in Samples.All.Zip(items))
        {
            Assert.Equal(("target é", "sender"), (item.Target, item.Sender));
            Assert.Null(DeepEquality.FindDifference(sample, item.Message, sample.GetType().Name));
        }

        var next = Assert.Single(Read(writer.Take()));
        Assert.Null(DeepEquality.FindDifference(Message(1), ((Push)next.Message).Message, "push"));
    }

    /// <summary>Far apart the same message is written again, rather than looked for in all that there is.</summary>
    [Fact]
    public void Messages_that_are_far_apart_are_right_too()
    {
        var messages = Enumerable.Range(1, 50).Select(Message).ToList();
        var writer = new BundleWriter();
        foreach (var message in messages.Concat(messages))
            writer.Add("t", "s", new Push(0, message.Seq, message));
        Assert.Equal(
            messages.Concat(messages).Select(message => message.Seq), Read(writer.Take()).Select(item => ((Push)item.Message).Message.Seq));
    }

    static AcceptedMessage Message(int seq) => new(ConversationId.Group(5), seq, 3, $"c-{seq}", 1795410443660, new byte[1000], 0);

    static List<BundleItem> Read(Chat.Node.Contracts.Bundle bundle)
    {
        var (reader, items) = (new BundleReader(bundle), new List<BundleItem>());
        while (reader.MoveNext())
        {
            if (reader.Read() is { } item)
                items.Add(item);
        }

        return items;
    }
}
