using Chat.Node.Storage;
using Chat.Node.Storage.Sqlite;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>
/// Brings the journal's schema up to date: at the start, and again and again if that failed. A node chats without its
/// journal; only settings have to wait. On MySQL the tables come with the others.
/// </summary>
sealed class JournalPreparation(JournalDatabase journal, TimeProvider clock, ILogger<JournalPreparation> logger) : BackgroundService
{
    static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    Task? _attempt;
    bool _hasWarned;

    /// <summary>Whether settings can be read and written, as far as is known.</summary>
    public bool IsReady => !journal.IsSqlite || _attempt is { IsCompletedSuccessfully: true };

    /// <summary>Never waits for long.</summary>
    /// <exception cref="SchemaTooNewException">At the start: a newer version has been here.</exception>
    public async Task<bool> TryAsync(bool isStart = false)
    {
        if (!journal.IsSqlite)
            return true;
        try
        {
            // One that is late goes on, and is looked at next time.
            _attempt ??= Task.Run(() => SqliteJournal.Migrate(journal.ConnectionString));
            await _attempt.WaitAsync(Patience, clock);
            return true;
        }
        catch (SchemaTooNewException) when (isStart)
        {
            throw;
        }
        catch (Exception e) when (e is StorageException or TimeoutException or SchemaTooNewException)
        {
            if (!_hasWarned)
                Log.JournalUnavailable(logger, e.Message);
            _hasWarned = true;
            if (_attempt is { IsFaulted: true })
                _attempt = null;
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_attempt is { IsCompletedSuccessfully: true })
            return;
        using var timer = new PeriodicTimer(Again, clock);
        while (!await TryAsync())
            await timer.WaitForNextTickAsync(stoppingToken);
    }
}
