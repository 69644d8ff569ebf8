using StackExchange.Redis;

namespace Chat.Node.Bridge;

/// <summary>Why there is no connection to Redis, and whether that was said already.</summary>
sealed class RedisTrouble
{
    readonly Lock _lock = new();
    string? _said;

    /// <summary>Whether the reason is another than the last one.</summary>
    public bool IsNew(string reason)
    {
        lock (_lock)
        {
            if (_said == reason)
                return false;
            _said = reason;
            return true;
        }
    }

    /// <summary>There is a connection again: the next reason is a new one.</summary>
    public void IsOver()
    {
        lock (_lock)
            _said = null;
    }

    /// <summary>The error of a command; null if it does not fail.</summary>
    public static async Task<string?> AskAsync(ConnectionMultiplexer redis)
    {
        try
        {
            await redis.GetDatabase().PingAsync();
            return null;
        }
        catch (RedisConnectionException e)
        {
            return ReasonOf(e.InnerException is RedisConnectionException inner ? inner.FailureType : e.FailureType, e);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null; // it was gone in this moment
        }
    }

    /// <summary>The words of Redis or of the system, without the library's counters behind them.</summary>
    public static string ReasonOf(ConnectionFailureType kind, Exception? failure)
    {
        var words = failure?.GetBaseException().Message.Split(", ")[0] ?? "";
        return words.Length == 0 || words.StartsWith(kind.ToString(), StringComparison.Ordinal) ? $"{kind}{words[Math.Min(words.Length, kind.ToString().Length)..]}" : $"{kind}: {words}";
    }
}
