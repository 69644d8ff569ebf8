using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class OpenImportsTests
{
    readonly OpenImports _open = new();

    [Fact]
    public void A_settled_copy_is_known_when_it_comes_again()
    {
        var copy = Add(number: 1);
        Assert.Same(copy, _open.Find(copy.Id));
        Assert.False(_open.IsSettled(copy.Id));
        _open.Settle(copy);
        Assert.True(_open.IsSettled(copy.Id));
        Assert.Null(_open.Find(copy.Id));
        Assert.True(_open.IsEmpty);
    }

    [Fact]
    public void A_copy_that_was_not_taken_may_come_again()
    {
        var copy = Add(number: 1);
        _open.Remove(copy);
        Assert.True(_open.IsEmpty);
        Assert.False(_open.IsSettled(copy.Id));
    }

    [Fact]
    public void The_oldest_settled_copies_are_forgotten()
    {
        var copies = Enumerable.Range(1, 1025).Select(number => Add(number)).ToList();
        copies.ForEach(_open.Settle);
        Assert.False(_open.IsSettled(copies[0].Id));
        Assert.True(_open.IsSettled(copies[1].Id));
    }

    [Fact]
    public void A_copy_on_its_way_to_its_recipient_no_longer_waits_for_the_row()
    {
        var sent = Add(number: 1, cmid: "a");
        var waiting = Add(number: 2, cmid: "a");
        Add(number: 3, cmid: "b");
        sent.SideNumber = 1;
        Assert.Equal([waiting], _open.WaitingFor("a"));
        Assert.Equal([sent, waiting], _open.Of("a"));
    }

    [Fact]
    public void So_many_copies_are_open_and_no_more()
    {
        for (var number = 1; number < 4096; number++)
            Add(number);
        Assert.False(_open.IsFull);
        Add(4096);
        Assert.True(_open.IsFull);
    }

    OpenImport Add(long number, string? cmid = null)
    {
        var import = new Import(ConversationId.Group(5), 7, 8, 1, number, default, default);
        var open = new OpenImport(import, ActorRefs.Nobody) { Cmid = cmid };
        _open.Add(open);
        return open;
    }
}
