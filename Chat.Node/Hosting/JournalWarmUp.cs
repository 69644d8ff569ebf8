using Akka.Actor;
using Akka.Persistence;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>
/// Reads the journal of users' settings once, before anybody asks: its plugin starts and its code is compiled, which takes
/// seconds on a busy machine. Reads as an actor whose name no user's can be; writes nothing.
/// </summary>
sealed class JournalWarmUp(JournalPreparation journal, TimeProvider clock, ILogger<JournalWarmUp> logger)
{
    public const string PersistenceId = "warm-up";

    /// <summary>The start waits no longer: a node chats without its journal.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Never throws. A journal that is known to be away is not asked.</summary>
    public Task RunAsync(ActorSystem system) => journal.IsReady ? RunAsync(system, Patience) : Task.CompletedTask;

    /// <returns>Whether the journal has answered.</returns>
    public async Task<bool> RunAsync(ActorSystem system, TimeSpan patience)
    {
        var since = clock.GetTimestamp();
        using var over = new CancellationTokenSource(patience, clock);
        try
        {
            // Who has just been started may be later than a reader waits: what it has done is not lost, the next reader finds it.
            Exception? failure;
            do
                failure = await ReadAsync(system).WaitAsync(over.Token);
            while (failure is RecoveryTimedOutException);
            if (failure is null)
                Log.JournalWarm(logger, clock.GetElapsedTime(since).TotalMilliseconds);
            else
                Log.JournalCold(logger, failure.Message);
            return failure is null;
        }
        catch (OperationCanceledException)
        {
            Log.JournalCold(logger, $"no answer within {patience.TotalSeconds:0} s");
            return false;
        }
    }

    /// <summary>Null once it has been read. A reader that is given up goes on, and ends by itself.</summary>
    static Task<Exception?> ReadAsync(ActorSystem system)
    {
        var outcome = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new WarmUpReader(outcome)));
        return outcome.Task;
    }

    sealed class WarmUpReader : ReceivePersistentActor
    {
        readonly TaskCompletionSource<Exception?> _outcome;

        public WarmUpReader(TaskCompletionSource<Exception?> outcome)
        {
            _outcome = outcome;
            Recover<RecoveryCompleted>(_ =>
            {
                _outcome.TrySetResult(null);
                Context.Stop(Self);
            });
        }

        public override string PersistenceId => JournalWarmUp.PersistenceId;

        /// <summary>The base class ends it then.</summary>
        protected override void OnRecoveryFailure(Exception reason, object? message = null) => _outcome.TrySetResult(reason);
    }
}
