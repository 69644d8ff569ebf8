using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>
/// The documents name members and constants that the code has. Left out are the pages that speak of the past: the
/// change log, the decisions and the measurements name what stood in the code on their day.
/// </summary>
public sealed class DocumentedMembersTests
{
    public static TheoryData<string> Documents =>
        [.. Repository.Documents().Where(document => document != "CHANGELOG.md" && !document.StartsWith("docs/adr/", StringComparison.Ordinal) && !document.StartsWith("docs/measurements/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_member_that_a_document_names_exists(string document) => Assert.Equal([], DocumentedMembers.Unknown(Repository.Read(document)));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_member_that_a_document_names_beside_a_file_is_in_it(string document) =>
        Assert.Equal([], DocumentedMembers.UnknownInFile(Repository.Read(document), file => Repository.Has(file) ? Repository.Read(file) : null));

    [Fact]
    public void The_limits_are_the_constants_of_the_code()
    {
        var limits = Repository.Read("docs/limits.md");
        Assert.InRange(DocumentedMembers.CountConstants(limits), 80, 500);
        Assert.Equal([], limits.Split('\n').Where(row => row.StartsWith('|')).SelectMany(DocumentedMembers.WrongConstants));
    }

    [Theory]
    [InlineData("`FanOut.MaxUnconfirmed`, `FrameReader.Read`, `MessageLog.cs`, `Chat.Tests`, `a.b`", 0)]
    [InlineData("`FanOut.MaxConfirmed`", 1)]
    [InlineData("`FanIn.MaxUnconfirmed`", 1)]
    [InlineData("`FanIn.cs`", 1)]
    public void An_unknown_member_is_recognised(string document, int unknown) => Assert.Equal(unknown, DocumentedMembers.Unknown(document).Count);

    [Theory]
    [InlineData("`a/B.cs`, `Here`", 0)]
    [InlineData("`a/B.cs`, `There`", 1)]
    [InlineData("`a/C.cs`, `There`", 0)]
    public void A_member_that_a_file_has_only_in_a_comment_is_recognised(string document, int unknown) =>
        Assert.Equal(unknown, DocumentedMembers.UnknownInFile(document, file => file == "a/B.cs" ? "void Here(); // There\n" : null).Count);

    [Theory]
    [InlineData("| a (`FanOut.MaxUnconfirmed`) | 4096 |", 0)]
    [InlineData("| a (`FanOut.MaxUnconfirmed`) | 409 |", 1)]
    [InlineData("| a (`FanOut.MaxUnconfirmed`) | 40960 |", 1)]
    [InlineData("| a (`NodeLease.Length`) | 5 s from a sign |", 0)]
    [InlineData("| a (`NodeLease.Length`) | 0.5 s |", 1)]
    [InlineData("| a (`NodeLease.Length`) | 5 |", 1)]
    [InlineData("| a (`Backoff.GivenUpAfter`) | 24 h |", 0)]
    [InlineData("| a (`Backoff.GivenUpAfter`) | 23 h |", 1)]
    [InlineData("| a (`Outbox.MaxBytesPerFlush`) | 64 KiB. |", 0)]
    [InlineData("| a (`SqliteJournal.LockSeconds`) | 1 s |", 0)]
    public void A_wrong_constant_is_recognised(string row, int wrong) => Assert.Equal(wrong, DocumentedMembers.WrongConstants(row).Count);
}
