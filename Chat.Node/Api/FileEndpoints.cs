using Chat.Node.Files;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A file that is to be sent in a user's name.</summary>
/// <param name="User">Whose file it becomes.</param>
/// <param name="Name">For people.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Type">What kind of file it is, like <c>image/png</c>.</param>
/// <param name="Sha256">Of its bytes, 64 hexadecimal digits.</param>
sealed record NewFile(int? User, string? Name, long? Size, string? Type, string? Sha256);

/// <summary>Where its bytes go.</summary>
/// <param name="Attachment">Its id, for <c>attachments</c> of a message.</param>
/// <param name="Put">The address to PUT the bytes to, on the web port.</param>
/// <param name="Until">Until when, in milliseconds since 1970, UTC.</param>
sealed record NewFileAnswer(string Attachment, string Put, long Until);

/// <summary>A file that has come.</summary>
/// <param name="Attachment">Its id.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Name">For people.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Type">What kind of file it is, as its sender says.</param>
/// <param name="Url">Where to GET it, on the web port, for one to two hours.</param>
sealed record FileAnswer(string Attachment, int User, string Name, long Size, string Type, string Url);

/// <summary>Files that users send, and that are sent in their names. The bytes go over the web port.</summary>
static class FileEndpoints
{
    public static void MapUserFiles(this IEndpointRouteBuilder api)
    {
        api.MapPost("/files", StartAsync).WithTags("files").RequireScope(ApiScopes.Send).WithName("startUpload")
            .WithSummary("A file that is to be sent in a user's name: where its bytes go").Produces<NewFileAnswer>(StatusCodes.Status201Created).Produces<NewFileAnswer>()
            .WithExample(
                """{"user":1,"name":"invoice.pdf","size":48213,"type":"application/pdf","sha256":"5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"}""",
                """{"attachment":"a_5feceb66ffc86f38d952786c6d696c79","put":"/files/a_5feceb66ffc86f38d952786c6d696c79?u=1&e=1795414043&s=x","until":1795414043660}""");
        api.MapGet("/files/{id}", FindAsync).WithTags("files").RequireScope(ApiScopes.Read).WithName("getFile")
            .WithSummary("A file that has come, and where to get it").Produces<FileAnswer>()
            .WithExample(
                null,
                """{"attachment":"a_5feceb66ffc86f38d952786c6d696c79","user":1,"name":"invoice.pdf","size":48213,"type":"application/pdf","url":"/files/a_5feceb66ffc86f38d952786c6d696c79?u=1&e=1795414043&s=x"}""");
    }

    static async Task<IResult> StartAsync(NewFile body, HttpRequest http, UploadDesk uploads, UserDirectory users, RepeatedWrites repeated, TimeProvider clock)
    {
        if (IdempotencyKey.Read(http, out var key) is { } wrong)
            return wrong;
        if (body is not { User: { } user, Name: { } name, Size: { } size, Type: { } type, Sha256: { } sha256 })
            return ApiProblem.Malformed("\"user\", \"name\", \"size\", \"type\" and \"sha256\" are expected");
        var read = RequestReader.Read(new StartUploadRequest(name, size, type, sha256).ToBytes(), isSpaced: false); // the rules are those of the wire
        if (read is not StartUploadRequest request)
            return ApiProblem.Rule((read as InvalidRequest)?.Reason ?? "no file");
        var once = IdempotencyKey.ToRepeat(key, "POST /files", body, clock.GetUtcNow());
        return await IdempotencyKey.OnceAsync(once, repeated, MakeAsync, async (RepeatedWrite known) => Answer(await uploads.FindAsync(once!, known), isNew: false));

        async Task<IResult> MakeAsync() =>
            await users.FindAsync(user) is null ? UserEndpoints.NoUser(user) : Answer(await uploads.StartAsync(user, request, once), isNew: true);
    }

    static IResult Answer(UploadStart start, bool isNew)
    {
        if (start.Reply is not { } reply)
            return ApiProblem.Of(start.Error, start.Reason);
        var answer = new NewFileAnswer(reply.Attachment, reply.Put, reply.Until);
        return isNew ? TypedResults.Created((string?)null, answer) : TypedResults.Ok(answer);
    }

    static async Task<IResult> FindAsync(string id, FileStore store, FileLinks links, UploadDesk uploads) =>
        uploads.IsOn && FileRule.IsId(id) && await store.FindAsync(id) is { IsStored: true } file
            ? TypedResults.Ok(new FileAnswer(file.Id, file.Owner, file.Name, file.Size, file.Type, links.GetAddress(file.Id, file.Owner)))
            : ApiProblem.NotFound("there is no such file");
}
