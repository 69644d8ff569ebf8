using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Chat.Node.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Chat.Node.People;

/// <summary>What a password check found.</summary>
enum PasswordVerdict
{
    Wrong,
    Right,

    /// <summary>Right, but the stored hash is of an older make: store <c>NewHash</c>.</summary>
    RightButOld,
}

/// <summary>The verdict; <c>NewHash</c> goes with <see cref="PasswordVerdict.RightButOld"/>.</summary>
readonly record struct PasswordCheck(PasswordVerdict Verdict, string? NewHash = null);

/// <summary>
/// Hashes and checks passwords on threads of its own, so that a crowd at the door does not slow down those inside.
/// A hash costs tens of milliseconds on purpose; the queue in front is bounded.
/// </summary>
sealed class PasswordWorker : IDisposable
{
    public const int QueueLength = 1000;
    const int ShortestHash = 60;

    /// <summary>The hasher asks for one, and looks at nothing of it.</summary>
    static readonly Account Nobody = new();

    readonly Channel<Action> _queue = Channel.CreateBounded<Action>(QueueLength);
    readonly PasswordHasher<Account> _hasher;
    readonly bool _keepsPlain;
    readonly LegacyTexts? _texts;
    readonly Lazy<string> _decoy;
    long _checked;

    public PasswordWorker(int iterations, int threads, bool keepsPlain = false, LegacyTexts? texts = null)
    {
        (_keepsPlain, _texts) = (keepsPlain, texts);
        _hasher = new PasswordHasher<Account>(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        _decoy = new Lazy<string>(() => _hasher.HashPassword(Nobody, Convert.ToBase64String(RandomNumberGenerator.GetBytes(24))));
        for (var i = 0; i < threads; i++)
            new Thread(Loop) { IsBackground = true, Name = $"passwords {i}", Priority = ThreadPriority.BelowNormal }.Start();
    }

    /// <summary>How many wait for a thread.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>How many passwords were compared with a hash, which is what a check costs.</summary>
    public long Checked => Volatile.Read(ref _checked);

    /// <summary>What is to be stored for a password.</summary>
    /// <exception cref="StorageException">Too many are waiting.</exception>
    /// <exception cref="RowRefusedException">Legacy servers compare it, and could not store it.</exception>
    public async Task<string> HashAsync(string password) => _keepsPlain
        ? StoredName.Of(password, writesForLegacy: _texts is null || await _texts.ReadGbkAsync()).Text
        : await RunAsync(() => _hasher.HashPassword(Nobody, password));

    /// <summary>A wrong password costs one comparison with a hash, whatever is stored: the time tells nobody what that is, or whether there is anything.</summary>
    /// <exception cref="StorageException">Too many are waiting.</exception>
    public Task<PasswordCheck> CheckAsync(Account account, string password) => RunAsync(() =>
        IsHash(account.Password) ? CheckHash(account, password) : CheckPlain(account, password));

    PasswordCheck CheckHash(Account account, string password) => Compare(account.Password, password) switch
    {
        PasswordVerificationResult.Success => new PasswordCheck(PasswordVerdict.Right),
        PasswordVerificationResult.SuccessRehashNeeded =>
            new PasswordCheck(PasswordVerdict.RightButOld, _hasher.HashPassword(Nobody, password)),
        _ => new PasswordCheck(PasswordVerdict.Wrong),
    };

    PasswordVerificationResult Compare(string hash, string password)
    {
        Interlocked.Increment(ref _checked);
        return _hasher.VerifyHashedPassword(Nobody, hash, password);
    }

    /// <summary>A legacy server stored the password itself: right once, it is replaced by its hash, unless they still need it.</summary>
    PasswordCheck CheckPlain(Account account, string password)
    {
        // An account without a password is open to nobody.
        var isRight = account.Password.Length > 0 && (IsSame(account.Password, password) | IsSame(LegacyText.Undo(account.Password) ?? account.Password, password));
        if (!isRight)
        {
            Compare(_decoy.Value, password);
            return new PasswordCheck(PasswordVerdict.Wrong);
        }

        return _keepsPlain ? new PasswordCheck(PasswordVerdict.Right) : new PasswordCheck(PasswordVerdict.RightButOld, _hasher.HashPassword(Nobody, password));
    }

    static bool IsSame(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    /// <summary>Base64 of a known version, and longer than any password that the legacy column could hold.</summary>
    static bool IsHash(string stored)
    {
        if (stored.Length < ShortestHash)
            return false;
        var bytes = new byte[stored.Length];
        return Convert.TryFromBase64String(stored, bytes, out var length) && length > 0 && bytes[0] is 0 or 1;
    }

    public void Dispose() => _queue.Writer.TryComplete();

    Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = _queue.Writer.TryWrite(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return isTaken ? done.Task : Task.FromException<T>(new StorageException("too many passwords are being checked"));
    }

    void Loop()
    {
        _ = _decoy.Value; // now: the first who needs it would wait for twice the time
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_queue.Reader.TryRead(out var work))
                work();
        }
    }
}
