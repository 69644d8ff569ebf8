using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>
/// The messages of one request, about which the product's own server is asked before they are sent: some beside each other, the verdicts in order.
/// </summary>
sealed class MessageChecks(IBeforeHook hook) : IDisposable
{
    /// <summary>Questions of one request that are under way.</summary>
    public const int MaxUnderWay = 64;

    readonly SemaphoreSlim _places = new(MaxUnderWay);

    /// <summary>A verdict for each message of a conversation; behind one that may come again all may, so that nothing overtakes it.</summary>
    public async Task<HookVerdict[]> AskAsync(ConversationId conversation, IReadOnlyList<OutgoingPost> posts)
    {
        var verdicts = await Task.WhenAll(posts.Select(post => AskAsync(conversation, post)));
        var postponed = Array.FindIndex(verdicts, verdict => verdict.Action == HookAction.Postpone);
        if (postponed >= 0)
            Array.Fill(verdicts, verdicts[postponed], postponed, verdicts.Length - postponed);
        return verdicts;
    }

    public void Dispose() => _places.Dispose();

    async Task<HookVerdict> AskAsync(ConversationId conversation, OutgoingPost post)
    {
        await _places.WaitAsync();
        try
        {
            return await hook.AskAsync(new BeforeMessage(conversation, post.Sender, post.Cmid, MayComeAgain: true, post.Body) { References = post.References });
        }
        finally
        {
            _places.Release();
        }
    }
}
