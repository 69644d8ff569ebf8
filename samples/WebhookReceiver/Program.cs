using System.Text.Json;
using WebhookReceiver;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 1024 * 1024); // the node posts 512 KiB at most
if (builder.Configuration["WEBHOOK_SECRET"] is not { Length: > 0 } secrets)
    throw new InvalidOperationException("WEBHOOK_SECRET is not set: expected is what POST /api/v1/webhooks has answered, whsec_…");

var verifier = new WebhookVerifier(secrets.Split(' '), TimeProvider.System);
var book = new EventBook();
var app = builder.Build();

app.MapPost("/chat", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
    if (verifier.FindFault(request.Headers, body.ToArray()) is { } fault)
        return Results.Problem(fault, statusCode: StatusCodes.Status401Unauthorized);

    using var json = JsonDocument.Parse(body.ToArray());
    var happened = json.RootElement;
    if (happened.ValueKind != JsonValueKind.Object)
        return Results.Problem("this receiver takes one event a request: leave \"batch\" off", statusCode: StatusCodes.Status400BadRequest);
    var id = request.Headers["webhook-id"].ToString();
    Console.WriteLine(book.TryTake(id, happened) ? $"{id}: {happened}" : $"{id} came before");
    return Results.NoContent(); // from now on the node does not post it again: what you do with it has to be stored by now
});

// What has come, by conversation. Not for the public: the texts are those of your users.
app.MapGet("/conversations", book.Conversations);

await app.RunAsync();
