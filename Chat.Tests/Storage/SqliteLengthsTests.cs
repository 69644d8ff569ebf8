using Chat.Node.Storage.Sqlite;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class SqliteLengthsTests
{
    static readonly LogHeader One = new(1);
    static readonly LogHeader Two = new(2);

    SqliteLengths _lengths;

    public SqliteLengthsTests() => Assert.False(_lengths.IsCut(logBefore: 0, log: 1000, One, database: 5000));

    [Fact]
    public void A_log_that_grows_is_whole() => Assert.False(_lengths.IsCut(1000, 2000, One, 5000));

    [Fact]
    public void Others_write_into_it_too() => Assert.False(_lengths.IsCut(3000, 4000, One, 6000));

    [Fact]
    public void A_log_that_was_shorter_before_the_commit_than_after_the_last_one_was_cut() => Assert.True(_lengths.IsCut(500, 2000, One, 5000));

    [Fact]
    public void A_log_without_a_beginning_was_cut() => Assert.True(_lengths.IsCut(0, 2000, null, 5000));

    [Fact]
    public void A_log_that_was_begun_anew_has_another_salt() => Assert.False(_lengths.IsCut(0, 500, Two, 5000));

    [Fact]
    public void An_empty_log_says_nothing_and_the_next_commit_tells()
    {
        Assert.False(_lengths.IsCut(0, 0, null, 5000));
        Assert.True(_lengths.IsCut(0, 2000, null, 5000));
    }

    [Fact]
    public void A_database_that_shrinks_was_cut() => Assert.True(_lengths.IsCut(1000, 2000, One, 4000));
}
