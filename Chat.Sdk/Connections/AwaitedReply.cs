using System.Text.Json;
using ChatActors.Client.Messages;

namespace ChatActors.Client.Connections;

/// <summary>A reply that somebody awaits as a task: read when it says success, thrown when it says failure.</summary>
sealed class AwaitedReply<T>(Func<JsonElement, T> read) : PendingReply
{
    readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => _result.Task;

    public override void OnReply(JsonElement reply)
    {
        if (WireMapping.FindFailure(reply) is { } failure)
        {
            Fail(failure);
            return;
        }

        try
        {
            _result.TrySetResult(read(reply));
        }
        catch (Exception e) when (ChatConnection.IsUnreadable(e))
        {
            Fail(new ChatConnectionException("the reply cannot be read", e));
            throw;
        }
    }

    public override void OnLost(ChatException reason) => Fail(reason);

    void Fail(ChatException reason)
    {
        _result.TrySetException(reason);
        // Whoever asked may have stopped waiting: then it is nobody's failure.
        _ = _result.Task.Exception;
    }
}
