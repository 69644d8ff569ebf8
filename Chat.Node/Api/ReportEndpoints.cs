using System.ComponentModel;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A message that a user wants somebody to look at.</summary>
/// <param name="Id">The number of the report.</param>
/// <param name="Conversation"><c>d:3:17</c> or <c>g:5</c>.</param>
/// <param name="Seq">The message's number in its conversation.</param>
/// <param name="Sender">Who wrote it.</param>
/// <param name="Reporter">Who reported it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Msg">The text as it was when it was reported.</param>
/// <param name="Created">When that was, in milliseconds since 1970, UTC.</param>
sealed record ReportAnswer(long Id, string Conversation, long Seq, int Sender, int Reporter, string Reason, string Msg, long Created)
{
    public static ReportAnswer Of(MessageReport report) => new(
        report.Id, ConversationId.FromStored(report.A, report.B).ToString(), report.Seq, report.Sender, report.Reporter, report.Reason, report.Msg, report.Created);
}

/// <summary>The oldest first.</summary>
/// <param name="Reports">A page.</param>
/// <param name="More">Whether there are others behind the last one: <c>?after=ID</c>.</param>
sealed record ReportList(IReadOnlyList<ReportAnswer> Reports, bool More);

/// <summary>Reports of messages.</summary>
static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder api)
    {
        api.MapGet("/reports", ListAsync).WithTags("reports").RequireScope(ApiScopes.Read).WithName("listReports")
            .WithSummary("The reports that nobody has closed, the oldest first").Produces<ReportList>()
            .WithExample(
                null,
                """{"reports":[{"id":7,"conversation":"g:5","seq":42,"sender":3,"reporter":1,"reason":"spam","msg":"buy this","created":1795410443660}],"more":false}""");
        api.MapPost("/reports/{id:long}/close", CloseAsync).WithTags("reports").RequireScope(ApiScopes.Manage).WithName("closeReport")
            .WithSummary("Somebody has looked at a report: it is listed no more, and its text is deleted").Produces(StatusCodes.Status204NoContent).WithExample(null, null);
    }

    static async Task<IResult> ListAsync([Description(Paging.AfterWords)] long? after, [Description(Paging.LimitWords)] int? limit, ReportStore reports)
    {
        if (Paging.Problem(after, limit) is { } wrong)
            return wrong;
        var count = limit ?? Paging.Default;
        var rows = await reports.OpenAsync(after ?? 0, count + 1);
        return TypedResults.Ok(new ReportList([.. rows.Take(count).Select(ReportAnswer.Of)], rows.Count > count));
    }

    static async Task<IResult> CloseAsync(long id, ReportStore reports) =>
        await reports.CloseAsync(id) ? TypedResults.NoContent() : ApiProblem.NotFound($"there is no open report {id}");
}
