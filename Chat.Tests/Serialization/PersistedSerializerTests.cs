using System.Runtime.Serialization;
using Chat.Node.Contracts;
using Chat.Node.Serialization;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Serialization;

/// <summary>
/// What is stored is frozen: it is read for ever. A change here needs the next version of a manifest, not new golden bytes.
/// </summary>
public sealed class PersistedSerializerTests
{
    const string GoldenFile = "Chat.Tests/Serialization/golden/persisted.txt";

    static readonly PersistedSerializer Serializer = new(null!);

    static readonly IPersisted[] Stored =
    [
        new PresenceChosen(PresencePrivacy.Nobody),
        new PresenceChosen(PresencePrivacy.Everyone),
        new ConversationMuted(ConversationId.Direct(3, 17)),
        new ConversationUnmuted(ConversationId.Group(5)),
        new ConversationPinned(ConversationId.Direct(1, int.MaxValue)),
        new ConversationUnpinned(ConversationId.Direct(7, 7)),
        new UserSettingsSnapshot(PresencePrivacy.Nobody, [ConversationId.Group(5), ConversationId.Direct(3, 17)], [ConversationId.Direct(3, 4)]),
        new UserSettingsSnapshot(PresencePrivacy.Everyone, [], []),
        new ReceiptsChosen(Hides: true),
        new ReceiptsChosen(Hides: false),
        new HidingSettingsSnapshot(new(PresencePrivacy.Nobody, [ConversationId.Group(5)], [])),
    ];

    [Fact]
    public void Everything_that_is_stored_has_a_sample() => Assert.Equal(
        typeof(IPersisted).Assembly.GetTypes().Where(type => type.IsClass && typeof(IPersisted).IsAssignableFrom(type))
            .Select(type => type.Name).Order(StringComparer.Ordinal),
        Stored.Select(sample => sample.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Everything_has_its_golden_bytes() => Assert.Equal(
        Golden(), Stored.Select(sample => $"{Serializer.Manifest(sample)} {Convert.ToHexStringLower(Serializer.ToBinary(sample))}"));

    [Fact]
    public void Golden_bytes_can_be_read() => Assert.All(Golden().Zip(Stored), pair =>
    {
        var (golden, sample) = pair;
        var line = golden.Split(' ');
        Assert.Null(DeepEquality.FindDifference(sample, Serializer.FromBinary(Convert.FromHexString(line[1]), line[0]), line[0]));
    });

    [Fact]
    public void A_manifest_is_a_name_and_a_version_of_one_type() => Assert.Equal(
        ["hiding-settings-1", "mute-1", "pin-1", "presence-1", "receipts-1", "settings-1", "unmute-1", "unpin-1"],
        Stored.GroupBy(Serializer.Manifest).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Assert.Single(group.Select(sample => sample.GetType()).Distinct()) is not null ? group.Key : ""));

    [Fact]
    public void A_newer_version_is_refused_with_its_name_and_what_to_do()
    {
        var refused = Assert.Throws<SerializationException>(() => Serializer.FromBinary([2], "presence-2"));
        Assert.Contains("\"presence-2\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("upgrade", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_serializer_has_its_number_for_ever() => Assert.Equal(1008, Serializer.Identifier);

    [Fact]
    public void What_is_not_to_be_stored_is_not_written() =>
        Assert.Throws<SerializationException>(() => Serializer.ToBinary(new GetSettings(1)));

    static IEnumerable<string> Golden() =>
        Repository.Read(GoldenFile).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#');
}
