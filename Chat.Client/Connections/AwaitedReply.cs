using System.Text.Json;
using Chat.Client.Wire;

namespace Chat.Client.Connections;

/// <summary>A reply that somebody awaits as a task: read when it says success, thrown when it says failure.</summary>
sealed class AwaitedReply<T>(Func<JsonElement, T> read) : PendingReply
{
    readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => _result.Task;

    public override void OnReply(JsonElement reply)
    {
        if (ServerFrames.ReadFailure(reply) is { } failure)
        {
            _result.TrySetException(failure);
            return;
        }

        try
        {
            _result.TrySetResult(read(reply));
        }
        catch (Exception e) when (ChatConnection.IsUnreadable(e))
        {
            _result.TrySetException(new ChatConnectionException("the reply cannot be read", e));
            throw;
        }
    }

    public override void OnLost(ChatException reason) => _result.TrySetException(reason);
}
