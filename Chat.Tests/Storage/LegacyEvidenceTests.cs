using System.Text;
using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

/// <summary>Which of two readings of a stored text is the right one.</summary>
public sealed class LegacyEvidenceTests
{
    static LegacyEvidence None => default;
    static readonly LegacyEvidence TypedRows = new(1, 0);
    static readonly LegacyEvidence MislabelledRows = new(0, 1);

    /// <summary>The hanzi of GB 2312, with their bytes.</summary>
    static readonly List<(byte[] Bytes, string Text)> Hanzi =
    [
        .. from lead in Enumerable.Range(0xB0, 0xF8 - 0xB0)
           from trail in Enumerable.Range(0xA1, 0xFF - 0xA1)
           where lead != 0xD7 || trail < 0xFA
           let bytes = new[] { (byte)lead, (byte)trail }
           select (bytes, LegacyText.FromGbk(bytes)!),
    ];

    [Fact]
    public void Every_word_of_one_or_two_hanzi_survives_beside_typed_rows_and_alone()
    {
        Assert.Equal(6763, Hanzi.Count);
        var both = 0;
        foreach (var word in Hanzi.Select(hanzi => hanzi.Text).Concat(Pairs()))
        {
            if (LegacyText.Undo(word) is not { } undone)
                continue;
            both++;
            Assert.False(TypedRows.IsMislabelled(word, undone), $"{word} would become {undone} beside typed rows");
            Assert.False(None.IsMislabelled(word, undone), $"{word} would become {undone}");
        }

        Assert.InRange(both, 800_000, 1_100_000);
    }

    /// <summary>However often they stand there: each alone looks like a letter with an accent.</summary>
    [Fact]
    public void Single_hanzi_among_Latin_letters_are_no_evidence_and_survive_beside_typed_rows()
    {
        var count = 0;
        foreach (var hanzi in Hanzi.Select(hanzi => hanzi.Text).Where(hanzi => LegacyText.Undo($"ok{hanzi}yes{hanzi}no") is { } undone && TextPlausibility.IsLatin(undone)))
        {
            var text = $"ok{hanzi}yes{hanzi}no{hanzi}";
            count++;
            Assert.Equal(new LegacyEvidence(0, 0), LegacyEvidence.Of([text]));
            Assert.False(TypedRows.IsMislabelled(text, LegacyText.Undo(text)!), text);
        }

        Assert.InRange(count, 50, 200);
    }

    /// <summary>What is said often is no more foreign than what is said once: people thank like that.</summary>
    [Theory]
    [InlineData("谢谢谢谢谢谢谢谢谢谢")]
    [InlineData("笑笑笑笑笑笑笑笑笑")]
    [InlineData("小小小小小小")]
    [InlineData("没没没没没没没")]
    [InlineData("为a为a为a为a为a为a为a为")]
    [InlineData("微微微微微微")]
    [InlineData("黏到黏到黏到黏到黏到黏到黏到黏到")]
    public void What_repeats_itself_is_no_evidence_and_survives(string text)
    {
        Assert.Equal(default, LegacyEvidence.Of([text]));
        Assert.False(None.IsMislabelled(text, LegacyText.Undo(text)!));
        Assert.False(new LegacyEvidence(1, 1).IsMislabelled(text, LegacyText.Undo(text)!));
    }

    /// <summary>Names of hanzi that GB 2312 does not have.</summary>
    [Theory]
    [InlineData("陳禕")]
    [InlineData("鈴東")]
    [InlineData("釘廠")]
    public void Two_rare_hanzi_are_no_evidence_and_survive_beside_typed_rows(string text)
    {
        Assert.NotNull(LegacyText.Undo(text));
        Assert.Equal(default, LegacyEvidence.Of([text]));
        Assert.False(TypedRows.IsMislabelled(text, LegacyText.Undo(text)!));
    }

    /// <summary>One of a thousand names looks so by chance; a database that was moved has many.</summary>
    [Fact]
    public void One_row_that_looks_mislabelled_means_nothing_beside_many_that_do_not()
    {
        const string name = "鈾學";
        var chance = new LegacyEvidence(1000, 1);
        Assert.False(chance.IsMislabelled(name, LegacyText.Undo(name)!));
        Assert.True(chance.AreTyped);
        Assert.True(chance.IsMislabelled(StoredByThem("你好啊"), "你好啊"));
        Assert.True(new LegacyEvidence(9, 1).IsMislabelled(name, LegacyText.Undo(name)!));
        Assert.False(new LegacyEvidence(9, 1).AreTyped);
    }

    /// <summary>Only where the bytes can be UTF-8: two characters of two bytes, or one of four.</summary>
    static IEnumerable<string> Pairs() =>
        from first in Hanzi
        where first.Bytes[0] >= 0xF0 || (first.Bytes[0] <= 0xDF && first.Bytes[1] <= 0xBF)
        from second in Hanzi
        where second.Bytes[1] <= 0xBF && (first.Bytes[0] >= 0xF0) == (second.Bytes[0] <= 0xBF)
        select first.Text + second.Text;

    [Theory]
    [InlineData("你好")]
    [InlineData("张伟")]
    [InlineData("系统")]
    [InlineData("群聊小组")]
    [InlineData("hi 你好!!")]
    [InlineData("😀")]
    [InlineData("好的😀👍")]
    [InlineData("日本語テスト")]
    [InlineData("안녕하세요")]
    [InlineData("Привет")]
    [InlineData("François")]
    [InlineData("{\"id\":1,\"msg\":\"晚上见\",\"msgid\":6,\"name\":\"李雷\",\"time\":\"2026-01-02 03:04:05\",\"toid\":2}")]
    public void What_was_mislabelled_is_undone_beside_such_rows_and_alone(string typed)
    {
        var stored = StoredByThem(typed);
        var undone = LegacyText.Undo(stored);
        Assert.NotNull(undone);
        Assert.True(MislabelledRows.IsMislabelled(stored, undone));
        Assert.True(None.IsMislabelled(stored, undone), $"{stored} stays, and was {typed}");
    }

    /// <summary>Nobody can know; the other reading is a word too.</summary>
    [Theory]
    [InlineData("é", "茅")]
    [InlineData("José", "Jos茅")]
    [InlineData("да", "写邪")]
    public void What_is_a_word_in_both_readings_is_decided_by_other_rows(string typed, string stored)
    {
        Assert.Equal(stored, StoredByThem(typed));
        Assert.True(MislabelledRows.IsMislabelled(stored, typed));
        Assert.False(TypedRows.IsMislabelled(stored, typed));
        Assert.False(None.IsMislabelled(stored, typed));
    }

    [Fact]
    public void Rows_are_evidence_where_there_is_no_doubt()
    {
        Assert.Equal(new LegacyEvidence(3, 0), LegacyEvidence.Of(["alice", "你好", "naïve", "😀", "系统", "娄"]));
        Assert.Equal(new LegacyEvidence(0, 2), LegacyEvidence.Of(["bob", StoredByThem("你好"), StoredByThem("张伟"), "茅", "浣?"]));
    }

    /// <summary>As the database does: half a character at the end is lost.</summary>
    static string StoredByThem(string typed)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
        return encoding.GetString(Encoding.UTF8.GetBytes(typed));
    }
}
