using System.Buffers;
using System.ComponentModel;
using Chat.Node.Erasure;
using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>How far a user is erased.</summary>
/// <param name="Id">The user.</param>
/// <param name="Asked">When it was asked for, in milliseconds since 1970, UTC.</param>
/// <param name="Step">What is done now: logOut, person, contacts, messages, groups, queues, late, rest, settings, done.</param>
/// <param name="Messages">So many were emptied so far.</param>
/// <param name="Done">Since when nothing is left; missing: something is.</param>
sealed record ErasureAnswer(int Id, long Asked, string Step, long Messages, long? Done)
{
    public static ErasureAnswer Of(ErasureJob job)
    {
        var step = job.Step.ToString();
        return new ErasureAnswer(job.UserId, job.Asked, $"{char.ToLowerInvariant(step[0])}{step[1..]}", job.Messages, job.Done);
    }
}

/// <summary>What is kept of a user, told and taken away.</summary>
static class ErasureEndpoints
{
    public const string Example = """{"id":7,"asked":1795410443660,"step":"logOut","messages":0}""";

    /// <summary>An answer has so many lines and bytes, and a page more.</summary>
    const int MaxLines = 1000;

    const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Pages for one answer.</summary>
    const int MaxPages = 20;

    public static void MapErasure(this IEndpointRouteBuilder api)
    {
        api.MapPost("/users/{id:int}/erase", EraseAsync).WithTags("users").RequireScope(ApiScopes.Manage).WithName("eraseUser")
            .WithSummary("Erases a user, which cannot be undone: sessions end now, contents go in the background, numbers stay").Produces<ErasureAnswer>(StatusCodes.Status202Accepted)
            .WithExample(null, Example);
        api.MapGet("/users/{id:int}/erasure", FindAsync).WithTags("users").RequireScope(ApiScopes.Read).WithName("getErasure")
            .WithSummary("How far a user is erased").Produces<ErasureAnswer>()
            .WithExample(null, """{"id":7,"asked":1795410443660,"step":"done","messages":311,"done":1795410475120}""");
        api.MapGet("/users/{id:int}/export", ExportAsync).WithTags("users").RequireScope(ApiScopes.Manage).Audited().WithName("exportUser")
            .WithSummary("What is kept of a user, an object a line; the last one is of type more, and goes on with \"after\", or end").Produces<string>(contentType: "application/x-ndjson")
            .WithExample(null, """{"type":"user","id":7,"name":"alice","display":"Alice A.","disabled":false}""");
    }

    // DELETE /users/{id}?erase=true comes here too. A summary would be the document's.
    public static async Task<IResult> EraseAsync(int id, UserErasures erasures) =>
        await erasures.AskAsync(id) is { } job ? TypedResults.Accepted((string?)null, ErasureAnswer.Of(job)) : UserEndpoints.NoUser(id);

    static async Task<IResult> FindAsync(int id, ErasureStore store) =>
        await store.FindAsync(id) is { } job ? TypedResults.Ok(ErasureAnswer.Of(job)) : ApiProblem.NotFound($"nobody has asked for user {id} to be erased");

    static async Task<IResult> ExportAsync(int id, [Description("\"after\" of the last line of the part before")] string? after, UserExport export)
    {
        if ((after is null ? ExportPlace.Begin : ExportPlace.Parse(after)) is not { } place)
            return ApiProblem.Malformed("\"after\" is no place in an export: that of the last line of the part before is expected");
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        var (lines, pages) = (0, 0);
        ExportPlace? next = place;
        while (next is { } from && lines < MaxLines && buffer.WrittenCount < MaxBytes && pages++ < MaxPages)
        {
            if (await export.ReadAsync(id, from) is not { } page)
                return UserEndpoints.NoUser(id);
            foreach (var line in page.Lines)
                Write(buffer, line);
            (lines, next) = (lines + page.Lines.Count, page.Next);
        }

        Write(buffer, next is { } behind ? UserExport.Line("more", writer => writer.WriteString("after", behind.ToString())) : UserExport.Line("end", _ => { }));
        return TypedResults.Bytes(buffer.WrittenMemory, "application/x-ndjson");
    }

    static void Write(ArrayBufferWriter<byte> buffer, byte[] line)
    {
        buffer.Write(line);
        buffer.Write("\n"u8);
    }
}
