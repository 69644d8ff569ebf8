using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Webhooks;

/// <summary>What the API asks the one dispatcher of the cluster, from whichever node.</summary>
sealed class DispatcherPort(Lazy<IActorRef> dispatcher)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Dead letters are brought once more; false if it is not known that they are: the dispatcher is moving, or does not know the endpoint yet.</summary>
    public async Task<bool> ReplayAsync(long endpoint)
    {
        try
        {
            return (await dispatcher.Value.Ask<ReplayBegun>(new ReplayWebhook(endpoint), Patience)).IsBegun;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    /// <summary>The last requests to an endpoint, the newest first; null if the dispatcher does not say: it is moving, or of a version before.</summary>
    public async Task<IReadOnlyList<WebhookAttempt>?> AttemptsAsync(long endpoint)
    {
        try
        {
            return (await dispatcher.Value.Ask<WebhookAttempts>(new GetWebhookAttempts(endpoint), Patience)).Attempts;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
