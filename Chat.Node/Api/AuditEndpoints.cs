using System.ComponentModel;
using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>Something that was done.</summary>
/// <param name="Id">Ascending.</param>
/// <param name="At">When it was asked for, in milliseconds since 1970, UTC.</param>
/// <param name="Key">The number of the key; 0 and below: one of the settings; missing: somebody on the node's own machine.</param>
/// <param name="Name">What the key is called.</param>
/// <param name="Operation">The operation's id in the OpenAPI document.</param>
/// <param name="Subject">What it was done to.</param>
/// <param name="Detail">The rest of the path.</param>
/// <param name="Result">The status of the answer; missing: not known, because the node is at it, or has died.</param>
/// <param name="Address">Where the request came from.</param>
/// <param name="Node">Who has carried it out.</param>
sealed record AuditAnswer(long Id, long At, int? Key, string Name, string Operation, string Subject, string? Detail, int? Result, string? Address, string Node)
{
    public static AuditAnswer Of(AuditEntry entry) => new(
        entry.Id, entry.At, entry.KeyId, entry.KeyName, entry.Operation, entry.Subject, entry.Detail.Length > 0 ? entry.Detail : null, entry.Result,
        entry.Address.Length > 0 ? entry.Address : null, entry.Node);
}

/// <summary>The newest first.</summary>
/// <param name="Entries">A page.</param>
/// <param name="More">Whether there are older ones: <c>?before=ID</c>.</param>
sealed record AuditList(IReadOnlyList<AuditAnswer> Entries, bool More);

/// <summary>What was done over the API.</summary>
static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet("/audit", ListAsync).WithTags("operate").RequireScope(ApiScopes.Manage).WithName("listAudit")
            .WithSummary("What was done over the API by whom, the newest first; with \"subject\" only what was done to it").Produces<AuditList>()
            .WithExample(
                null,
                """{"entries":[{"id":42,"at":1795410443660,"key":3,"name":"web backend","operation":"changeUser","subject":"users/7","result":200,"address":"10.1.2.3","node":"127.0.0.1:4053"}],"more":false}""");

    static async Task<IResult> ListAsync(
        [Description("only ids below this one, the last one of the page before")] long? before,
        [Description("only what was done to it, like users/7")] string? subject,
        [Description(Paging.LimitWords)] int? limit, AuditStore audit)
    {
        if (before < 1)
            return ApiProblem.Malformed("\"before\" must be above 0");
        if (subject is { Length: 0 or > AuditStore.MaxSubject })
            return ApiProblem.Malformed($"\"subject\" must have 1 to {AuditStore.MaxSubject} characters, like users/7");
        if (Paging.Problem(null, limit) is { } wrong)
            return wrong;
        var count = limit ?? Paging.Default;
        var rows = await audit.ListAsync(before ?? long.MaxValue, subject, count + 1);
        return TypedResults.Ok(new AuditList([.. rows.Take(count).Select(AuditAnswer.Of)], rows.Count > count));
    }
}
