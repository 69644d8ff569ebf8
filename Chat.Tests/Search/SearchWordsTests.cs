using Chat.Node.Search;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Search;

public sealed class SearchWordsTests
{
    [Theory]
    [InlineData("我家在上海东边", "上海", true)]
    [InlineData("我家在上海东边", "海", true)]
    [InlineData("我家在上海东边", "边", true)]
    [InlineData("我家在上海东边", "我", true)]
    [InlineData("我家在上海东边", "上海东边", true)]
    [InlineData("我家在上海东边", "东上", false)]
    [InlineData("上海海东", "上海东", false)] // all its pairs are there, but not in a row
    [InlineData("Talk about A plan", "about", true)]
    [InlineData("Talk about A plan", "a", true)]
    [InlineData("Talk about A plan", "PLAN talk", true)]
    [InlineData("Talk about A plan", "plans", false)]
    [InlineData("Talk about A plan", "tal", false)]
    [InlineData("Das Café, ÉTÉ", "cafe été", true)]
    [InlineData("Ａｂｃ １２", "abc 12", true)]
    [InlineData("Москва, лето", "МОСКВА", true)]
    [InlineData("東京タワー", "タワ", true)]
    [InlineData("東京・大阪", "京大", false)]
    [InlineData("สวัสดีครับ", "ดีครับ", true)]
    [InlineData("안녕하세요", "하세", true)]
    [InlineData("iPhone15发布", "发布", true)]
    [InlineData("iPhone15发布", "iphone15", true)]
    [InlineData("नमस्ते दुनिया", "दुनिया", true)]
    [InlineData("𠮷野家", "𠮷野", true)]
    [InlineData("электрификация", "электрификацию", false)] // longer than its token
    [InlineData("электрификация", "Электрификация", true)]
    [InlineData("q00e9", "é", false)]
    public void A_text_is_found_by_its_words_and_by_parts_of_its_runs(string text, string wanted, bool isFound)
    {
        Assert.Equal(isFound, SearchWords.Matches(text, wanted));
        var tokens = SearchWords.TokensOf(text);
        if (isFound)
            Assert.All(SearchWords.TermsOf(wanted), term => Assert.Contains(tokens, token => term.EndsWith('*') ? token.StartsWith(term[..^1], StringComparison.Ordinal) : token == term));
    }

    [Fact]
    public void A_run_without_blanks_has_its_pairs_and_its_last_letter() =>
        Assert.Equal(["zz04e0a06d77", "zz06d7704e1c", "zz04e1c"], SearchWords.TokensOf("上海东"));

    [Fact]
    public void One_letter_asks_for_all_pairs_that_begin_with_it() => Assert.Equal(["zz04e0a*"], SearchWords.TermsOf("上"));

    [Theory]
    [InlineData("")]
    [InlineData("👍 … !?")]
    public void Nothing_to_find_has_no_tokens(string text)
    {
        Assert.Empty(SearchWords.TermsOf(text));
        Assert.Equal("", SearchWords.TokensOf(ConversationId.Group(5), 1, text));
    }

    [Fact]
    public void A_message_is_found_by_its_sender_and_its_conversation_too()
    {
        Assert.Equal("xs00000011 xd0000000300000011 xu00000003 xu00000011 xwhi", SearchWords.TokensOf(ConversationId.Direct(17, 3), 17, "Hi!"));
        Assert.Equal("xs00000011 xg00000005 xwhi", SearchWords.TokensOf(ConversationId.Group(5), 17, "hi hi"));
        Assert.Equal("xs00000003 xd0000000300000003 xu00000003 xwhi", SearchWords.TokensOf(ConversationId.Direct(3, 3), 3, "hi"));
    }

    [Fact]
    public void Tokens_are_ascii_and_neither_too_many_nor_too_long()
    {
        var text = string.Concat(Enumerable.Range(0x4E00, 5000).Select(value => (char)value)) + " " + new string('é', 500) + " " + new string('я', 500);
        var tokens = SearchWords.TokensOf(text);
        Assert.InRange(tokens.Count, 900, SearchWords.MaxTokens + 1);
        Assert.All(SearchWords.TokensOf(new string('я', 500) + " " + new string('x', 500)), token => Assert.InRange(token.Length, 3, 80));
        Assert.All(tokens, token => Assert.All(token, letter => Assert.True(char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter))));
    }

    [Fact]
    public void Half_a_surrogate_pair_does_no_harm() => Assert.True(SearchWords.Matches("a\ud800b word", "word"));
}
