using System.Text.Json;
using Chat.Protocol;
using ChatActors.Client.Timing;

namespace ChatActors.Client.Connections;

/// <summary>Asks the server for somebody who is logged in, over as many connections as that takes.</summary>
sealed class Requester(ConnectionKeeper keeper, ChatClientOptions options)
{
    const int MaxAttempts = 8;

    readonly BackOff _retryPause = new(options.FirstRetryDelay, options.MaxRetryDelay);

    public int RequireLogin() => keeper.UserId ?? throw new ChatException(ErrorCode.NotLoggedIn, "nobody is logged in");

    public async Task<T> RequestAsync<T>(Request request, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            RequireLogin();
            var connection = await keeper.GetAsync(cancellationToken);
            try
            {
                return await connection.RequestAsync(request, read, cancellationToken);
            }
            catch (ChatException e) when (e.IsRetryable && attempt < MaxAttempts)
            {
                await Task.Delay(_retryPause.Delay(attempt), options.TimeProvider, cancellationToken);
            }
        }
    }
}
