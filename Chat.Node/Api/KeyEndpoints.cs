using System.Buffers.Text;
using System.Security.Cryptography;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Api;

/// <summary>A new key.</summary>
/// <param name="Name">For people: who uses it.</param>
/// <param name="Scopes">Of read, send, manage.</param>
sealed record NewKey(string? Name, IReadOnlyList<string?>? Scopes);

/// <summary>A stored key; what it is itself is shown once, when it is made.</summary>
/// <param name="Id">For <c>DELETE</c>.</param>
/// <param name="Name">Who uses it.</param>
/// <param name="Scopes">Of read, send, manage.</param>
/// <param name="Created">Milliseconds since 1970, UTC.</param>
/// <param name="Key">For the <c>Authorization</c> header.</param>
sealed record KeyAnswer(int Id, string Name, IReadOnlyList<string> Scopes, long Created, string? Key = null);

/// <summary>Every stored key.</summary>
sealed record KeyList(IReadOnlyList<KeyAnswer> Keys);

/// <summary>The stored keys of the API.</summary>
static class KeyEndpoints
{
    const int SecretBytes = 32;
    const int MaxNameCharacters = 100;

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("keys");
        keys.MapPost("", CreateAsync).RequireScope(ApiScopes.Manage).WithName("createKey").WithSummary("Makes a key; it is shown this once")
            .Produces<KeyAnswer>(StatusCodes.Status201Created).Produces<KeyAnswer>()
            .WithExample(
                """{"name":"web backend","scopes":["read","send"]}""",
                """{"id":1,"name":"web backend","scopes":["read","send"],"created":1795410443660,"key":"ca_3yq0nJx0mXb8Yk1V3m6l1R1G7c5bN8wq2s4t6u8v0xY"}""");
        keys.MapGet("", ListAsync).RequireScope(ApiScopes.Manage).WithName("listKeys").WithSummary("All stored keys, without themselves")
            .Produces<KeyList>()
            .WithExample(null, """{"keys":[{"id":1,"name":"web backend","scopes":["read","send"],"created":1795410443660}]}""");
        keys.MapGet("/{id:int}", TellAsync).RequireScope(ApiScopes.Manage).WithName("getKey").WithSummary("A stored key, without itself")
            .Produces<KeyAnswer>()
            .WithExample(null, """{"id":1,"name":"web backend","scopes":["read","send"],"created":1795410443660}""");
        keys.MapDelete("/{id:int}", DeleteAsync).RequireScope(ApiScopes.Manage).WithName("deleteKey").WithSummary("A key opens nothing any more")
            .Produces(StatusCodes.Status204NoContent)
            .WithExample(null, null);
    }

    static async Task<IResult> CreateAsync(
        NewKey body, HttpRequest request, ApiKeyStore store, ApiKeyRing ring, RepeatedWrites repeated, TimeProvider clock, ILogger<ApiKeyRing> logger)
    {
        if (IdempotencyKey.Read(request, out var repeatKey) is { } wrong)
            return wrong;
        if (body is not { Name: not null, Scopes: not null })
            return ApiProblem.Malformed("\"name\" and \"scopes\" are expected");
        if (body.Name is not { Length: > 0 and <= MaxNameCharacters } name)
            return ApiProblem.Rule($"\"name\" must have 1 to {MaxNameCharacters} characters");
        if (ApiScopeNames.Parse(body.Scopes) is not { } scopes)
            return ApiProblem.Rule($"\"scopes\" must be a list of some of {string.Join(", ", ApiScopeNames.All)}");
        var now = clock.GetUtcNow();
        var once = IdempotencyKey.ToRepeat(repeatKey, "POST /keys", body, now);
        return await IdempotencyKey.OnceAsync(once, repeated, MakeAsync, id => TellAsync(id, store));

        async Task<IResult> MakeAsync()
        {
            var key = $"ca_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
            if (await store.AddAsync(ApiKeyRing.Hash(key), name, (int)scopes, now, once) is not { } id)
                return ApiProblem.Conflict($"there are {ApiKeyStore.Max} keys: delete one first");
            ring.Forget();
            ApiLog.KeyMade(logger, id, name);
            return TypedResults.Created($"/api/v1/keys/{id}", new KeyAnswer(id, name, ApiScopeNames.Of(scopes), now.ToUnixTimeMilliseconds(), key));
        }
    }

    /// <summary>Without the key itself: only its hash is stored.</summary>
    static async Task<IResult> TellAsync(int id, ApiKeyStore store) =>
        (await store.ListAsync()).Find(key => key.Id == id) is { } known ? TypedResults.Ok(ToAnswer(known)) : ApiProblem.NotFound($"there is no key {id}");

    static KeyAnswer ToAnswer(ApiKeyRow key) => new(key.Id, key.Name, ApiScopeNames.Of((ApiScopes)key.Scopes), key.Created);

    static async Task<IResult> ListAsync(ApiKeyStore store) => TypedResults.Ok(new KeyList(
        [.. (await store.ListAsync()).Select(ToAnswer)]));

    static async Task<IResult> DeleteAsync(int id, ApiKeyStore store, ApiKeyRing ring, ILogger<ApiKeyRing> logger)
    {
        if (!await store.DeleteAsync(id))
            return ApiProblem.NotFound($"there is no key {id}");
        ring.Forget();
        ApiLog.KeyDeleted(logger, id);
        return TypedResults.NoContent();
    }
}
