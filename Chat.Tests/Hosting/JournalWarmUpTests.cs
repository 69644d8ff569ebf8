using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Chat.Node.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>The first reading of a journal that is in no state to be read.</summary>
public sealed class JournalWarmUpTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_journal_that_does_not_answer_is_given_up() =>
        Assert.False(await RunAsync(typeof(SilentJournal), TimeSpan.FromSeconds(0.1)).WaitAsync(Patience));

    [Fact]
    public async Task A_journal_that_fails_is_given_up_at_once() => Assert.False(await RunAsync(typeof(FailingJournal), Patience * 2).WaitAsync(Patience));

    [Fact]
    public async Task A_journal_that_is_late_the_first_time_is_read_again() =>
        Assert.True(await RunAsync(typeof(LateJournal), Patience * 2).WaitAsync(Patience));

    static async Task<bool> RunAsync(Type journal, TimeSpan patience)
    {
        using var system = ActorSystem.Create("warm-up", ConfigurationFactory.ParseString(
            $$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.persistence.journal {
              plugin = "akka.persistence.journal.test"
              test { class = "{{journal.AssemblyQualifiedName}}", plugin-dispatcher = "akka.actor.default-dispatcher", recovery-event-timeout = 1 s }
            }
            """));
        var preparation = new JournalPreparation(
            JournalDatabase.OnSqlite("Data Source=unused.db"), TimeProvider.System, NullLogger<JournalPreparation>.Instance);
        var warmUp = new JournalWarmUp(preparation, TimeProvider.System, NullLogger<JournalWarmUp>.Instance);
        return await warmUp.RunAsync(system, patience);
    }

    sealed class SilentJournal : ReceiveActor
    {
        public SilentJournal() => ReceiveAny(_ => { });
    }

    sealed class FailingJournal : MemoryJournal
    {
        public override Task ReplayMessagesAsync(
            IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback) =>
            throw new InvalidOperationException("broken");

        public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
            Task.FromException<long>(new InvalidOperationException("broken"));
    }

    /// <summary>Its first reader waits in vain.</summary>
    sealed class LateJournal : MemoryJournal
    {
        int _readers;

        public override Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
            Interlocked.Increment(ref _readers) == 1
                ? new TaskCompletionSource<long>().Task
                : base.ReadHighestSequenceNrAsync(persistenceId, fromSequenceNr, cancellationToken);
    }
}
