using System.Security.Cryptography;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Webhooks;

namespace Chat.Node.Api;

/// <summary>A new endpoint, or what is to be changed of one.</summary>
/// <param name="Url">Where events are posted to: http or https.</param>
/// <param name="Types">The events that it wants; left out or empty: all.</param>
/// <param name="Batch">Whether one request may bring up to 100 messages of a conversation.</param>
/// <param name="Secrets">What events are signed with, the newest first; left out at the beginning: one is made.</param>
/// <param name="Enabled">Whether anything is sent; true also switches an endpoint on again that was switched off.</param>
sealed record WebhookChange(string? Url, IReadOnlyList<string?>? Types, bool? Batch, IReadOnlyList<string?>? Secrets, bool? Enabled);

/// <summary>An endpoint. Its secrets are shown when it is made and when they are changed, and never again.</summary>
/// <param name="Id">For the other requests.</param>
/// <param name="Url">Where events are posted to.</param>
/// <param name="Types">The events that it wants; empty: all.</param>
/// <param name="Batch">Whether one request may bring several messages.</param>
/// <param name="Enabled">Whether anything is sent.</param>
/// <param name="Reason">Why nothing is sent.</param>
/// <param name="Created">Milliseconds since 1970, UTC.</param>
/// <param name="Secrets">What events are signed with.</param>
sealed record WebhookAnswer(
    long Id, string Url, IReadOnlyList<string> Types, bool Batch, bool Enabled, string? Reason, long Created, IReadOnlyList<string>? Secrets = null);

/// <summary>Every endpoint.</summary>
sealed record WebhookList(IReadOnlyList<WebhookAnswer> Webhooks);

/// <summary>Messages, changes of messages, or other events that wait for an endpoint which does not take them.</summary>
/// <param name="Conversation">Where; empty with <c>Events</c>.</param>
/// <param name="After">The endpoint has what is up to here: a number, with <c>Changes</c> a rev, with <c>Events</c> the number of an event.</param>
/// <param name="Attempts">How often the next one was tried.</param>
/// <param name="FailingSince">Milliseconds since 1970, UTC.</param>
/// <param name="Due">When it is tried again.</param>
/// <param name="Changes">True if it is about changes of messages.</param>
/// <param name="Events">True if it is about events that are no part of a conversation.</param>
sealed record WaitingDelivery(string Conversation, long After, int Attempts, long FailingSince, long Due, bool? Changes = null, bool? Events = null);

/// <summary>Messages that were given up after a day; <c>replay</c> brings them.</summary>
sealed record DeadDelivery(long Id, string Conversation, long From, long To, string Reason, long Created);

/// <summary>A request to an endpoint, as the dispatcher of the cluster remembers it.</summary>
/// <param name="Id">Its <c>webhook-id</c>, which tells what it brought.</param>
/// <param name="At">When it began, in milliseconds since 1970, UTC.</param>
/// <param name="Attempt">1: the first one with this content.</param>
/// <param name="Taken">It was answered with 2xx in time.</param>
/// <param name="Reason">A status, or what went wrong.</param>
/// <param name="Ms">How many milliseconds it took.</param>
sealed record RecentDelivery(string Id, long At, int Attempt, bool Taken, string Reason, int Ms);

/// <summary>What an endpoint lacks, and the last requests to it.</summary>
/// <param name="Failing">What it does not take.</param>
/// <param name="Dead">What was given up.</param>
/// <param name="Recent">The newest first: the last 50 that were taken and the last 50 that were not; left out if they are not known now.</param>
sealed record DeliveryList(IReadOnlyList<WaitingDelivery> Failing, IReadOnlyList<DeadDelivery> Dead, IReadOnlyList<RecentDelivery>? Recent);

/// <summary>What an endpoint answered to an event of the type <c>webhook.test</c>.</summary>
sealed record TestAnswer(bool Taken, string Reason);

/// <summary>Endpoints to which events are posted.</summary>
static class WebhookEndpoints
{
    const int MaxUrl = 2000;
    const int MaxListed = 100;
    const string Example = """{"id":1,"url":"https://example.com/chat","types":["message.created"],"batch":false,"enabled":true,"created":1795410443660}""";

    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        var hooks = api.MapGroup("/webhooks").WithTags("webhooks");
        hooks.MapPost("", CreateAsync).RequireScope(ApiScopes.Manage).WithName("createWebhook").WithSummary("Adds an endpoint; its secret is shown this once")
            .Produces<WebhookAnswer>(StatusCodes.Status201Created)
            .WithExample(
                """{"url":"https://example.com/chat","types":["message.created"]}""",
                """{"id":1,"url":"https://example.com/chat","types":["message.created"],"batch":false,"enabled":true,"created":1795410443660,"secrets":["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="]}""");
        hooks.MapGet("", ListAsync).RequireScope(ApiScopes.Manage).WithName("listWebhooks").WithSummary("All endpoints")
            .Produces<WebhookList>().WithExample(null, $$"""{"webhooks":[{{Example}}]}""");
        hooks.MapGet("/{id:long}", GetAsync).RequireScope(ApiScopes.Manage).WithName("getWebhook").WithSummary("An endpoint, without its secrets")
            .Produces<WebhookAnswer>().WithExample(null, Example);
        hooks.MapPatch("/{id:long}", ChangeAsync).RequireScope(ApiScopes.Manage).WithName("changeWebhook").WithSummary("Changes what is named")
            .Produces<WebhookAnswer>().WithExample("""{"enabled":true}""", Example);
        hooks.MapDelete("/{id:long}", DeleteAsync).RequireScope(ApiScopes.Manage).WithName("deleteWebhook").WithSummary("Removes an endpoint, with all that it lacks")
            .Produces(StatusCodes.Status204NoContent).WithExample(null, null);
        hooks.MapGet("/{id:long}/deliveries", DeliveriesAsync).RequireScope(ApiScopes.Manage).WithName("listDeliveries").WithSummary("What an endpoint does not take, and the last requests to it")
            .Produces<DeliveryList>()
            .WithExample(
                null,
                """{"failing":[{"conversation":"d:1:2","after":41,"attempts":3,"failingSince":1795410443660,"due":1795410447660}],"dead":[{"id":1,"conversation":"g:5","from":1,"to":9,"reason":"status 500","created":1795410443660}],"recent":[{"id":"m:d:1:2:42","at":1795410443660,"attempt":3,"taken":false,"reason":"status 500","ms":31}]}""");
        hooks.MapPost("/{id:long}/test", TestAsync).RequireScope(ApiScopes.Manage).WithName("testWebhook").WithSummary("Posts an event of the type webhook.test now")
            .Produces<TestAnswer>().WithExample(null, """{"taken":true,"reason":"status 200"}""");
        hooks.MapPost("/{id:long}/replay", ReplayAsync).RequireScope(ApiScopes.Manage).WithName("replayWebhook").WithSummary("Brings its dead letters, the oldest first")
            .Produces(StatusCodes.Status202Accepted).WithExample(null, null);
    }

    static async Task<IResult> CreateAsync(
        WebhookChange body, HttpRequest request, WebhookStore store, WebhookDirectory directory, RepeatedWrites repeated, TimeProvider clock)
    {
        if (IdempotencyKey.Read(request, out var key) is { } wrong)
            return wrong;
        var secret = RandomNumberGenerator.GetBytes(WebhookSecret.Bytes);
        var empty = new WebhookEndpoint(0, "", [secret], [], IsBatch: false, null, 0, 0);
        var (wanted, problem) = Apply(body, empty);
        if (wanted is null)
            return problem!;
        if (wanted.Url.Length == 0)
            return ApiProblem.Malformed("\"url\" is missing");
        var once = IdempotencyKey.ToRepeat(key, "POST /webhooks", body, clock.GetUtcNow());
        return await IdempotencyKey.OnceAsync(
            once, repeated,
            async () =>
            {
                if (await store.AddAsync(wanted.Url, wanted.Secrets, wanted.Types, wanted.IsBatch, once) is not { } added)
                    return ApiProblem.Conflict($"there are {WebhookStore.Max} endpoints: delete one first");
                await directory.LookAsync();
                return TypedResults.Created($"/api/v1/webhooks/{added.Id}", AnswerOf(added, showsSecrets: true));
            },
            async id => await FindAsync(store, id) is { } known ? TypedResults.Ok(AnswerOf(known, showsSecrets: true)) : NoEndpoint(id));
    }

    static async Task<IResult> ListAsync(WebhookStore store) =>
        TypedResults.Ok(new WebhookList([.. (await store.AllAsync()).Select(endpoint => AnswerOf(endpoint, showsSecrets: false))]));

    static async Task<IResult> GetAsync(long id, WebhookStore store) =>
        await FindAsync(store, id) is { } endpoint ? TypedResults.Ok(AnswerOf(endpoint, showsSecrets: false)) : NoEndpoint(id);

    static async Task<IResult> ChangeAsync(long id, WebhookChange body, WebhookStore store, WebhookDirectory directory, TimeProvider clock)
    {
        if (await FindAsync(store, id) is not { } endpoint)
            return NoEndpoint(id);
        var (changed, problem) = Apply(body, endpoint);
        if (changed is null)
            return problem!;
        var wanted = body.Enabled switch { true => changed.On(), false => changed.Off("switched off", clock.GetUtcNow().ToUnixTimeMilliseconds()), null => changed };
        if (!await store.UpdateAsync(wanted, endpoint))
            return NoEndpoint(id);
        await directory.LookAsync();
        return TypedResults.Ok(AnswerOf(wanted, showsSecrets: body.Secrets is not null));
    }

    static async Task<IResult> DeleteAsync(long id, WebhookStore store, WebhookDirectory directory)
    {
        if (!await store.RemoveAsync(id))
            return NoEndpoint(id);
        await directory.LookAsync();
        return TypedResults.NoContent();
    }

    static async Task<IResult> DeliveriesAsync(long id, WebhookStore store, WebhookMarks marks, WebhookChanges changes, DispatcherPort dispatcher)
    {
        if (await FindAsync(store, id) is not { } endpoint)
            return NoEndpoint(id);
        IReadOnlyList<WebhookCursor> waiting = [.. await marks.FailingAsync(id, MaxListed), .. await changes.FailingAsync(id, MaxListed)];
        var failing = waiting.Select(cursor => new WaitingDelivery(
            cursor.Conversation.ToString(), cursor.Seq, cursor.Attempts, cursor.FailingSince ?? 0, cursor.Due, cursor.IsOfChanges ? true : null)).ToList();
        if (endpoint.Trouble is { } trouble)
            failing.Insert(0, new WaitingDelivery("", endpoint.OutboxTo, trouble.Attempts, trouble.FailingSince, trouble.Due, Events: true));
        var dead = (await marks.DeadLettersAsync(id, MaxListed)).Select(letter =>
            new DeadDelivery(letter.Id, letter.Conversation.ToString(), letter.FromSeq, letter.ToSeq, letter.Reason, letter.Created));
        var recent = (await dispatcher.AttemptsAsync(id))?.Select(attempt =>
            new RecentDelivery(attempt.Id, attempt.At, attempt.Attempt, attempt.IsTaken, attempt.Reason, attempt.Milliseconds));
        return TypedResults.Ok(new DeliveryList(failing, [.. dead], recent?.ToList()));
    }

    static async Task<IResult> TestAsync(long id, WebhookStore store, WebhookSender sender, TimeProvider clock)
    {
        if (await FindAsync(store, id) is not { } endpoint)
            return NoEndpoint(id);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var body = WebhookBody.OfData(WebhookTypes.Test, now, $$"""{"endpoint":{{id}}}""");
        var outcome = await sender.PostAsync(endpoint, new WebhookBody($"t:{id}:{now}", body, 0));
        return TypedResults.Ok(new TestAnswer(outcome.IsTaken, outcome.Reason));
    }

    static async Task<IResult> ReplayAsync(long id, WebhookStore store, DispatcherPort dispatcher)
    {
        if (await FindAsync(store, id) is not { } endpoint)
            return NoEndpoint(id);
        if (!endpoint.IsEnabled)
            return ApiProblem.Conflict($"endpoint {id} is switched off: {endpoint.DisabledReason}");
        return await dispatcher.ReplayAsync(id)
            ? TypedResults.Accepted((string?)null)
            : ApiProblem.Unavailable("whoever dispatches is not there now, or does not know of the endpoint yet: repeat it");
    }

    /// <summary>An endpoint with what a request names; or what is wrong with the request.</summary>
    static (WebhookEndpoint? Wanted, ApiProblem? Problem) Apply(WebhookChange body, WebhookEndpoint endpoint)
    {
        if (body.Url is { } url && !IsUrl(url))
            return (null, ApiProblem.Rule($"\"url\" must be an http or https URL of at most {MaxUrl} characters without user and password"));
        if (body.Types?.FirstOrDefault(type => !WebhookTypes.All.Contains(type)) is { } unknown)
            return (null, ApiProblem.Rule($"\"types\" has \"{unknown}\"; there are {string.Join(", ", WebhookTypes.All)}"));
        var secrets = body.Secrets?.Select(secret => WebhookSecret.Parse(secret ?? "")).ToList();
        if (secrets is not null && (secrets.Count is 0 or > WebhookSecret.Max || secrets.Contains(null)))
            return (null, ApiProblem.Rule($"\"secrets\" must be 1 to {WebhookSecret.Max} texts in Base64 of 24 to 64 bytes, with or without whsec_ before them"));
        return (endpoint with
        {
            Url = body.Url ?? endpoint.Url,
            Types = body.Types is null ? endpoint.Types : [.. body.Types.OfType<string>()],
            IsBatch = body.Batch ?? endpoint.IsBatch,
            Secrets = secrets is null ? endpoint.Secrets : [.. secrets.OfType<byte[]>()],
        }, null);
    }

    static bool IsUrl(string text) => text.Length <= MaxUrl && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0;

    static async Task<WebhookEndpoint?> FindAsync(WebhookStore store, long id) => (await store.AllAsync()).FirstOrDefault(endpoint => endpoint.Id == id);

    static ApiProblem NoEndpoint(long id) => ApiProblem.NotFound($"there is no webhook {id}");

    static WebhookAnswer AnswerOf(WebhookEndpoint endpoint, bool showsSecrets) => new(
        endpoint.Id, endpoint.Url, endpoint.Types, endpoint.IsBatch, endpoint.IsEnabled, endpoint.DisabledReason, endpoint.Created,
        showsSecrets ? [.. endpoint.Secrets.Select(secret => WebhookSecret.Format(secret))] : null);
}
