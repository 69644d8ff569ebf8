using System.ComponentModel;
using Chat.Node.Erasure;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A new user.</summary>
/// <param name="Name">Unique among users; of a user who exists already it is left as it is.</param>
/// <param name="Display">How the user wants to be called.</param>
/// <param name="Password">Without one the user logs in by tokens only.</param>
/// <param name="External">Who the user is to an issuer: the request makes this user once, and finds it again.</param>
sealed record NewUser(string? Name, string? Display, string? Password, ExternalId? External);

/// <summary>Who a user is to the product: the subject of an issuer.</summary>
sealed record ExternalId(string? Issuer, string? Subject);

/// <summary>What is to be another one; what is missing stays.</summary>
/// <param name="Display">How the user wants to be called.</param>
/// <param name="Password">For logins by name.</param>
/// <param name="Disabled">Whether the user is shut out.</param>
/// <param name="Avatar">Where the user's picture is (http or https); empty: nowhere.</param>
/// <param name="About">What the user says about itself; empty: nothing.</param>
sealed record UserChange(string? Display, string? Password, bool? Disabled, string? Avatar, string? About)
{
    /// <summary>What is another one, and nothing of what it says.</summary>
    public override string ToString() => string.Join(
        ',',
        new[]
        {
            Disabled switch { true => "disabled", false => "enabled", null => null }, Password is null ? null : "password", Display is null ? null : "display",
            Avatar is null ? null : "avatar", About is null ? null : "about",
        }.OfType<string>());
}

/// <summary>A user.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Name">Unique among users.</param>
/// <param name="Display">How the user wants to be called.</param>
/// <param name="External">Who the user is to an issuer.</param>
/// <param name="State"><c>online</c> or <c>offline</c>, as others see it.</param>
/// <param name="Disabled">Whether the user is shut out.</param>
/// <param name="Avatar">Where the user's picture is.</param>
/// <param name="About">What the user says about itself.</param>
sealed record UserAnswer(int Id, string Name, string? Display, ExternalId? External, string State, bool Disabled, string? Avatar, string? About)
{
    public static UserAnswer Of(DirectoryUser user) => new(
        user.Id, user.Name, user.Display, user.Issuer is null ? null : new ExternalId(user.Issuer, user.Subject), PresenceEndpoints.TextOf(user.IsOnline), user.IsDisabled,
        user.Avatar, user.About);
}

/// <summary>Users.</summary>
static class UserEndpoints
{
    const string Example = """{"id":7,"name":"alice","display":"Alice A.","external":{"issuer":"shop","subject":"u-17"},"state":"offline","disabled":false,"avatar":"https://example.com/alice.png"}""";

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapPost("", CreateAsync).RequireScope(ApiScopes.Manage).WithName("createUser")
            .WithSummary("Makes a user; with \"external\" the same request finds it again, and brings its display name up to date")
            .Produces<UserAnswer>(StatusCodes.Status201Created).Produces<UserAnswer>()
            .WithExample("""{"name":"alice","display":"Alice A.","external":{"issuer":"shop","subject":"u-17"}}""", Example);
        users.MapGet("", SearchAsync).RequireScope(ApiScopes.Read).WithName("findUser").WithSummary("The user of a name, or of an issuer's subject")
            .Produces<UserAnswer>().WithExample(null, Example);
        users.MapGet("/{id:int}", FindAsync).RequireScope(ApiScopes.Read).WithName("getUser").WithSummary("A user")
            .Produces<UserAnswer>().WithExample(null, Example);
        users.MapPatch("/{id:int}", ChangeAsync).RequireScope(ApiScopes.Manage).WithName("changeUser").Notes<UserChange>(change => change.ToString()).WithSummary("Another display name, picture, text about the user or password; shuts out or lets in")
            .Produces<UserAnswer>().WithExample("""{"display":"Alice A.","avatar":"https://example.com/alice.png"}""", Example);
        users.MapDelete("/{id:int}", DisableAsync).RequireScope(ApiScopes.Manage).WithName("disableUser")
            .WithSummary("Shuts a user out: sessions end, no login is taken; PATCH lets the user in again. With ?erase=true as POST /users/{id}/erase")
            .Produces(StatusCodes.Status204NoContent).Produces<ErasureAnswer>(StatusCodes.Status202Accepted).WithExample(null, ErasureEndpoints.Example);
    }

    public static ApiProblem NoUser(int id) => ApiProblem.NotFound($"there is no user {id}");

    static async Task<IResult> CreateAsync(NewUser body, HttpRequest request, UserChanges changes, UserDirectory users, RepeatedWrites repeated, TimeProvider clock)
    {
        if (IdempotencyKey.Read(request, out var key) is { } wrong)
            return wrong;
        if (body.Problem() is { } problem)
            return problem;
        if (body is { External: null, Name: null })
            return ApiProblem.Malformed("\"name\" is missing");
        var once = IdempotencyKey.ToRepeat(key, "POST /users", body, clock.GetUtcNow());
        return await IdempotencyKey.OnceAsync(once, repeated, MakeAsync, id => AnswerAsync(Outcome.Ok(id), isNew: false, users));

        async Task<IResult> MakeAsync()
        {
            var (outcome, isNew) = body.External is { } external
                ? await changes.UpsertAsync(external.Issuer!, external.Subject!, body.Name, body.Display, once)
                : (await changes.CreateAsync(body.Name!, body.Password, body.Display, once), true);
            return await AnswerAsync(outcome, isNew, users);
        }
    }

    static async Task<IResult> AnswerAsync(Outcome outcome, bool isNew, UserDirectory users)
    {
        if (outcome.Error != ErrorCode.None)
            return ApiProblem.Of(outcome.Error, outcome.Reason);
        if (await users.FindAsync(outcome.Id) is not { } user)
            return NoUser(outcome.Id);
        return isNew ? TypedResults.Created($"/api/v1/users/{user.Id}", UserAnswer.Of(user)) : TypedResults.Ok(UserAnswer.Of(user));
    }

    static async Task<IResult> SearchAsync(
        [Description("the whole name; alone")] string? name,
        [Description("the issuer whose subject the user is, with \"subject\"")] string? issuer,
        [Description("the subject, with \"issuer\"")] string? subject,
        Accounts accounts, ExternalIdentities identities, UserDirectory users)
    {
        if ((name is null) == (issuer is null && subject is null) || (issuer is null) != (subject is null))
            return ApiProblem.Malformed("\"?name=\" or \"?issuer=&subject=\" is expected");
        var id = name is not null ? (await accounts.FindAsync(name))?.Id : (await identities.FindAsync(issuer!, subject!))?.UserId;
        return id is { } found && await users.FindAsync(found) is { } user ? TypedResults.Ok(UserAnswer.Of(user)) : ApiProblem.NotFound("there is no such user");
    }

    static async Task<IResult> FindAsync(int id, UserDirectory users) => await users.FindAsync(id) is { } user ? TypedResults.Ok(UserAnswer.Of(user)) : NoUser(id);

    static async Task<IResult> ChangeAsync(int id, UserChange body, UserChanges changes, UserDirectory users)
    {
        if (DisplayProblem(body.Display) is { } wrong)
            return wrong;
        ChangeProfileRequest profile = UserChanges.Nothing;
        if ((body.Avatar is not null || body.About is not null) && WireRules.Check<ChangeProfileRequest>(new ChangeProfileRequest(null, body.Avatar, body.About), out profile!) is { } refused)
            return refused;
        if (await users.FindAsync(id) is null)
            return NoUser(id);
        var changed = await changes.ChangeAsync(id, profile with { Display = body.Display }, body.Password, body.Disabled);
        return await AnswerAsync(changed, isNew: false, users);
    }

    static async Task<IResult> DisableAsync(int id, [Description("true: the user is erased, and the answer is that of POST /users/{id}/erase (202)")] bool? erase, HttpContext context, UserChanges changes, UserErasures erasures, UserDirectory users)
    {
        AuditTrail.Say(context, erase == true ? "erased" : "disabled");
        if (erase == true)
            return await ErasureEndpoints.EraseAsync(id, erasures);
        if (await users.FindAsync(id) is null)
            return NoUser(id);
        await changes.ChangeAsync(id, UserChanges.Nothing, password: null, isDisabled: true);
        return TypedResults.NoContent();
    }

    static ApiProblem? Problem(this NewUser body)
    {
        if (DisplayProblem(body.Display) is { } wrong)
            return wrong;
        if (body.External is not { } external)
            return null;
        if (!IsKey(external.Issuer) || !IsKey(external.Subject))
            return ApiProblem.Malformed("\"external\" must have \"issuer\" and \"subject\", each of 1 to 200 bytes");
        return body.Password is null ? null : ApiProblem.Rule("a user of an issuer has no password");
    }

    static bool IsKey(string? text) => text is { Length: > 0 } && System.Text.Encoding.UTF8.GetByteCount(text) <= 200;

    static ApiProblem? DisplayProblem(string? display) =>
        display is not null && NameRule.Problem("display", display) is { } problem ? ApiProblem.Rule(problem) : null;
}
