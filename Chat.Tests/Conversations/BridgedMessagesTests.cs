using Chat.Node.Contracts;
using Chat.Node.Conversations;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Conversations;

public sealed class BridgedMessagesTests
{
    static readonly byte[] Digest = new byte[32];
    static readonly string DigestText = Convert.ToHexStringLower(Digest);
    readonly BridgedMessages _copies = new();

    [Fact]
    public void Copies_for_different_members_are_one_message_and_a_second_copy_for_one_is_another()
    {
        var first = Add(1, seq: 5);
        Assert.Same(first, _copies.Claim(7, DigestText, 0));
        Assert.Same(first, _copies.Claim(8, DigestText, 0));
        Assert.Null(_copies.Claim(7, DigestText, 0));
        Assert.Equal(2, _copies.NextOccurrence(DigestText));
        var second = Add(2, seq: 6);
        Assert.Same(second, _copies.Claim(7, DigestText, 0));
        Assert.Same(second, _copies.Claim(8, DigestText, 0));
        Assert.Null(_copies.Claim(8, DigestText, 0));
    }

    [Fact]
    public void What_an_earlier_life_brought_to_a_member_is_not_its_copy_again()
    {
        var old = Add(1, seq: 5, isOfThisLife: false);
        Assert.Null(_copies.Claim(7, DigestText, hadTo: 5));
        Assert.Same(old, _copies.Claim(8, DigestText, hadTo: 4));
    }

    [Fact]
    public void A_row_of_another_node_is_claimed_whatever_the_marks_say()
    {
        var row = new CopiedMessage(DigestText, 0, "c-1") { Logged = Message(5) };
        _copies.Add(row);
        Assert.Same(row, _copies.Claim(7, DigestText, hadTo: 9));
        Assert.Null(_copies.Claim(7, DigestText, hadTo: 9));
    }

    [Fact]
    public void A_message_that_was_not_logged_is_forgotten()
    {
        var failed = Add(1, seq: null);
        Assert.Same(failed, _copies.Find(failed.Cmid));
        _copies.Remove(failed);
        Assert.Null(_copies.Find(failed.Cmid));
        Assert.Null(_copies.Claim(7, DigestText, 0));
        Assert.Equal(1, _copies.NextOccurrence(DigestText));
    }

    [Fact]
    public void The_oldest_are_forgotten_in_the_end()
    {
        for (var i = 1; i <= 2000; i++)
            _copies.Add(new CopiedMessage($"{i:x64}", 1, $"L:{i:x64}:1") { Logged = Message(i) });
        Assert.Null(_copies.Claim(7, $"{1:x64}", 0));
        Assert.NotNull(_copies.Claim(7, $"{2000:x64}", 0));
    }

    [Fact]
    public void No_cmid_of_a_client_is_taken_for_an_import()
    {
        Assert.True(ImportId.IsImport(ImportId.Of(Digest, 3)));
        Assert.True(ImportId.IsImport(ImportId.Of(Digest, 1, 2)));
        Assert.Equal((DigestText, 3), (ImportId.DigestOf(ImportId.Of(Digest, 3)), ImportId.OccurrenceOf(ImportId.Of(Digest, 3))));
        Assert.Equal(0, ImportId.OccurrenceOf(ImportId.Of(Digest, 99, 2)));
        Assert.False(ImportId.IsImport("L:1"));
        Assert.False(ImportId.IsImport("L:" + new string(':', 62))); // 64 characters: the longest that a client may choose
    }

    CopiedMessage Add(int occurrence, long? seq, bool isOfThisLife = true)
    {
        var message = new CopiedMessage(DigestText, occurrence, ImportId.Of(Digest, occurrence))
        {
            IsOfThisLife = isOfThisLife,
            Logged = seq is { } number ? Message(number) : null,
        };
        _copies.Add(message);
        return message;
    }

    static AcceptedMessage Message(long seq) => new(ConversationId.Group(5), seq, 1, "c", 0, default, 0);
}
