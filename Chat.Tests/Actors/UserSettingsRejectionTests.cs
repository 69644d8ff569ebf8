using System.Collections.Immutable;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Chat.Node.Contracts;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Actors;

/// <summary>A journal that refuses to try, as one does whose queue is full.</summary>
public sealed class UserSettingsRejectionTests() : UserTest(
    $$"""
    akka.actor.serialize-messages = off
    akka.persistence {
      journal {
        plugin = "akka.persistence.journal.rejecting"
        rejecting { class = "{{typeof(RejectingJournal).AssemblyQualifiedName}}" }
      }
      snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    }
    """)
{
    [Fact]
    public async Task What_the_journal_rejects_is_a_retryable_error_and_is_not_done()
    {
        var user = Start();
        var asker = NewProbe();
        user.Tell(new ChangeSettings(Bob, 0, new() { Mute = Pair, Pin = ConversationId.Group(RejectingJournal.Hated) }), asker.Ref);
        Assert.Equal(ErrorCode.Unavailable, (await asker.ExpectMsgAsync<SettingsAnswer>(Patience)).Error);

        user.Tell(new ChangeSettings(Bob, 0, new() { Pin = ConversationId.Group(1) }), asker.Ref);

        var settings = (await asker.ExpectMsgAsync<SettingsAnswer>(Patience)).Settings!;
        Assert.Equal((0, 1), (settings.Muted.Count, settings.Pinned.Count));
    }

    /// <summary>Everything that pins one certain group is rejected.</summary>
    sealed class RejectingJournal : MemoryJournal
    {
        public const int Hated = 666;

        protected override async Task<IImmutableList<Exception>> WriteMessagesAsync(
            IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
        {
            var writes = messages.ToList();
            var rejected = writes.ConvertAll(IsHated);
            await base.WriteMessagesAsync(writes.Where((_, i) => !rejected[i]).ToList(), cancellationToken);
            return [.. rejected.Select(isRejected => isRejected ? new InvalidOperationException("the queue is full") : null!)];
        }

        static bool IsHated(AtomicWrite write) => ((IEnumerable<IPersistentRepresentation>)write.Payload)
            .Any(stored => stored.Payload is ConversationPinned { Conversation.B: Hated });
    }
}
