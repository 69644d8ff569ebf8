using System.Data.Common;
using System.Text.Json.Serialization;
using Chat.Node.People;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A new group.</summary>
/// <param name="Name">Unique among groups.</param>
/// <param name="Desc">At most 200 characters.</param>
/// <param name="Creator">The user who is in it as its creator.</param>
/// <param name="Members">Who else is in it: at most 1000.</param>
sealed record NewGroup(string? Name, string? Desc, int? Creator, IReadOnlyList<int>? Members)
{
    /// <summary>What those see who come later of what was said before: <c>all</c> or <c>joined</c>, nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] // it is no part of what was stored of requests that came before there was such a member
    public string? History { get; init; }
}

/// <summary>What is to be another one; what is missing stays.</summary>
/// <param name="Name">Unique among groups.</param>
/// <param name="Desc">At most 200 characters.</param>
/// <param name="Avatar">Where its picture is; empty: nowhere.</param>
/// <param name="Joining">Who comes in by itself: <c>free</c> everybody, <c>ask</c> who is let in, <c>invite</c> nobody.</param>
/// <param name="Sending">Who sends: <c>all</c> or <c>admins</c>.</param>
/// <param name="History">What those see who come later of what was said before: <c>all</c> or <c>joined</c>, nothing.</param>
/// <param name="KeepDays">After so many days its messages are gone; 0: when the server says so, or never.</param>
sealed record GroupChange(string? Name, string? Desc, string? Avatar, string? Joining, string? Sending, string? History, int? KeepDays)
{
    /// <summary>What is another one; of texts nothing else.</summary>
    public override string ToString() => string.Join(
        ',', new[]
        {
            Name is null ? null : "name", Desc is null ? null : "desc", Avatar is null ? null : "avatar", Joining is null ? null : "joining", Sending is null ? null : "sending",
            History is null ? null : "history", KeepDays is null ? null : $"keepDays={KeepDays}",
        }.OfType<string>());
}

/// <summary>A group.</summary>
/// <param name="Id">Its conversation is <c>g:ID</c>.</param>
/// <param name="Name">Unique among groups.</param>
/// <param name="Desc">What it is about.</param>
/// <param name="Members">How many users are in it.</param>
/// <param name="Joining">Who comes in by itself: <c>free</c>, <c>ask</c> or <c>invite</c>.</param>
/// <param name="Sending">Who sends: <c>all</c> or <c>admins</c>.</param>
/// <param name="History">What those see who come later of what was said before: <c>all</c> or <c>joined</c>, nothing.</param>
/// <param name="Avatar">Where its picture is.</param>
/// <param name="KeepDays">After so many days its messages are gone; missing: the group says nothing about that.</param>
sealed record GroupAnswer(int Id, string Name, string Desc, int Members, string Joining, string Sending, string History, string? Avatar, int? KeepDays)
{
    public static GroupAnswer Of(StoredGroup group) => new(
        group.Id, group.Name, group.Description, group.Members,
        group.Policy.JoiningWord, group.Policy.SendingWord, group.Policy.HistoryWord,
        group.Policy.Avatar is { Length: > 0 } avatar ? avatar : null,
        group.Policy.KeepDays > 0 ? group.Policy.KeepDays : null);
}

/// <summary>Groups.</summary>
static class GroupEndpoints
{
    public static void MapGroups(this IEndpointRouteBuilder api)
    {
        const string Example = """{"id":5,"name":"team","desc":"the whole team","members":3,"joining":"free","sending":"all","history":"all"}""";
        var groups = api.MapGroup("/groups").WithTags("groups");
        groups.MapPost("", CreateAsync).RequireScope(ApiScopes.Manage).WithName("createGroup").WithSummary("Makes a group with its members")
            .Produces<GroupAnswer>(StatusCodes.Status201Created).Produces<GroupAnswer>()
            .WithExample("""{"name":"team","desc":"the whole team","creator":1,"members":[3,4]}""", Example);
        groups.MapGet("/{id:int}", FindAsync).RequireScope(ApiScopes.Read).WithName("getGroup").WithSummary("A group")
            .Produces<GroupAnswer>().WithExample(null, Example);
        groups.MapPatch("/{id:int}", ChangeAsync).RequireScope(ApiScopes.Manage).WithName("changeGroup").Notes<GroupChange>(change => change.ToString()).WithSummary("Another name, description or picture; who comes in by itself, who sends, what newcomers see, and how long messages are kept")
            .Produces<GroupAnswer>().WithExample(
                """{"desc":"the whole team","joining":"free","sending":"all","history":"all","keepDays":30}""",
                """{"id":5,"name":"team","desc":"the whole team","members":3,"joining":"free","sending":"all","history":"all","keepDays":30}""");
        groups.MapDelete("/{id:int}", DeleteAsync).RequireScope(ApiScopes.Manage).WithName("deleteGroup")
            .WithSummary("The group and its members. Nobody gets at its messages any more; a day later their texts and files are gone")
            .Produces(StatusCodes.Status204NoContent).WithExample(null, null);
    }

    public static ApiProblem NoGroup(int id) => ApiProblem.NotFound($"there is no group {id}");

    static async Task<IResult> CreateAsync(
        NewGroup body, HttpRequest request, Groups groups, GroupStore store, UserDirectory users, RepeatedWrites repeated, ChatSettings settings, TimeProvider clock)
    {
        if (IdempotencyKey.Read(request, out var key) is { } wrong)
            return wrong;
        if (body is not { Name: { } name, Creator: { } creator })
            return ApiProblem.Malformed("\"name\" and \"creator\" are expected");
        if (body.Members?.Count > IdList.Max)
            return ApiProblem.Malformed($"\"members\" has {body.Members.Count} ids: at most {IdList.Max} are expected");
        if (HistoryProblem(body.History, settings) is { } noHistory)
            return noHistory;
        int[] members = [.. (body.Members ?? []).Distinct()];
        var once = IdempotencyKey.ToRepeat(key, "POST /groups", body, clock.GetUtcNow());
        return await IdempotencyKey.OnceAsync(once, repeated, MakeAsync, id => FindAsync(id, store));

        async Task<IResult> MakeAsync()
        {
            if (await MissingAsync(users, [creator, .. members]) is { } missing)
                return missing;
            var made = await groups.CreateAsync(creator, name, body.Desc ?? "", members, alsoAsync: AlsoAsync);
            return made.Error == ErrorCode.None && await store.FindAsync(made.Id) is { } group
                ? TypedResults.Created($"/api/v1/groups/{group.Id}", GroupAnswer.Of(group))
                : ApiProblem.Of(made.Error, made.Reason);
        }

        async Task AlsoAsync(DbConnection connection, DbTransaction transaction, int id)
        {
            if (HistoryOf(body.History) is GroupHistory.Joined)
                await GroupStore.WriteAsync(connection, transaction, id, GroupPolicy.Default with { History = GroupHistory.Joined });
            if (once is not null)
                await once.NoteAsync(connection, transaction, id);
        }
    }

    /// <summary>Null: it is none of the words.</summary>
    static GroupHistory? HistoryOf(string? word) => word switch
    {
        "all" => GroupHistory.All,
        "joined" => GroupHistory.Joined,
        _ => null,
    };

    static ApiProblem? HistoryProblem(string? word, ChatSettings settings)
    {
        if (word is not null && HistoryOf(word) is null)
            return ApiProblem.Malformed("\"history\" must be \"all\" or \"joined\"");
        return HistoryOf(word) == GroupHistory.Joined && !settings.KeepsHistory ? ConversationPath.HistoryOff() : null;
    }

    static async Task<IResult> FindAsync(int id, GroupStore store) => await store.FindAsync(id) is { } group ? TypedResults.Ok(GroupAnswer.Of(group)) : NoGroup(id);

    static async Task<IResult> ChangeAsync(int id, GroupChange body, Groups groups, GroupStore store, ChatSettings settings)
    {
        if (HistoryProblem(body.History, settings) is { } noHistory)
            return noHistory;
        if (Joining(body.Joining) is var joining && joining is null != body.Joining is null)
            return ApiProblem.Malformed("\"joining\" must be \"free\", \"ask\" or \"invite\"");
        if (body.Sending is not (null or "all" or "admins"))
            return ApiProblem.Malformed("\"sending\" must be \"all\" or \"admins\"");
        if (body.KeepDays is < 0 or > ChangeGroupRequest.MaxKeepDays)
            return ApiProblem.Malformed($"\"keepDays\" is {body.KeepDays}: an integer from 0 to {ChangeGroupRequest.MaxKeepDays} is expected");
        var change = new ChangeGroupRequest(id)
        {
            Name = body.Name,
            Description = body.Desc,
            Avatar = body.Avatar,
            Joining = joining,
            Sending = body.Sending switch { "all" => GroupSending.All, "admins" => GroupSending.Admins, _ => null },
            History = HistoryOf(body.History),
            KeepDays = body.KeepDays,
        };
        if (body.Avatar is not null && WireRules.Check<ChangeGroupRequest>(new ChangeGroupRequest(id) { Avatar = body.Avatar }, out _) is { } wrong)
            return wrong;
        if (await groups.ChangeAsync(GroupRules.Product, change) is { } refusal)
            return ApiProblem.Of(refusal.Error, refusal.Reason);
        return await store.FindAsync(id) is { } now ? TypedResults.Ok(GroupAnswer.Of(now)) : NoGroup(id);
    }

    static GroupJoining? Joining(string? word) => word switch
    {
        "free" => GroupJoining.Free,
        "ask" => GroupJoining.Ask,
        "invite" => GroupJoining.Invite,
        _ => null,
    };

    static async Task<IResult> DeleteAsync(int id, Groups groups) =>
        await groups.ChangeAsync(GroupRules.Product, new ChangeGroupRequest(id) { Delete = true }) is { } refusal
            ? ApiProblem.Of(refusal.Error, refusal.Reason)
            : TypedResults.NoContent();

    /// <summary>Null if all of these users exist.</summary>
    public static async Task<ApiProblem?> MissingAsync(UserDirectory users, IReadOnlyCollection<int> ids)
    {
        const int Named = 10;
        var found = (await users.FindAsync(ids)).ConvertAll(user => user.Id);
        int[] missing = [.. ids.Except(found).Order()];
        return missing.Length == 0 ? null
            : new ApiProblem(
                StatusCodes.Status422UnprocessableEntity, ErrorCode.NotFound,
                $"there are no users {string.Join(", ", missing.Take(Named))}{(missing.Length > Named ? $" and {missing.Length - Named} others" : "")}");
    }
}
