using Chat.Node.Auth;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A device on which a user is logged in.</summary>
/// <param name="Device">Its id, unique among the user's.</param>
/// <param name="Name">For people.</param>
/// <param name="Platform">What kind of device it is.</param>
/// <param name="Created">Since when, in milliseconds since 1970, UTC.</param>
/// <param name="Seen">When it was here last, to within some minutes.</param>
/// <param name="Push">Whose service wakes it; missing: nobody's.</param>
/// <param name="Failed">Since when that service does not know its token any more.</param>
sealed record DeviceAnswer(string Device, string? Name, string? Platform, long Created, long Seen, string? Push, long? Failed)
{
    public static DeviceAnswer Of(StoredDevice device) => new(
        device.Device, device.Name.Length > 0 ? device.Name : null, device.Platform.Length > 0 ? device.Platform : null, device.Created, device.Seen, device.Provider, device.Failed);
}

/// <summary>The devices of a user.</summary>
sealed record DevicesAnswer(IReadOnlyList<DeviceAnswer> Devices);

/// <summary>A token that its provider does not know any more.</summary>
/// <param name="Provider">As <c>push.required</c> had it.</param>
/// <param name="Token">The same.</param>
sealed record FailedPush(string? Provider, string? Token);

/// <summary>On what users are logged in, and how their devices are woken.</summary>
static class DeviceEndpoints
{
    public static void MapDevices(this IEndpointRouteBuilder api)
    {
        api.MapGet("/users/{id:int}/devices", ListAsync).WithTags("users").RequireScope(ApiScopes.Read).WithName("listDevices")
            .WithSummary("The devices on which a user is logged in").Produces<DevicesAnswer>()
            .WithExample(null, """{"devices":[{"device":"4f9c","name":"Alice's phone","platform":"android","created":1795410443660,"seen":1795411443660,"push":"fcm"}]}""");
        api.MapDelete("/users/{id:int}/devices/{device}", RevokeAsync).WithTags("users").RequireScope(ApiScopes.Manage).WithName("revokeDevice")
            .WithSummary("Logs a device of a user out, wherever it is connected").Produces(StatusCodes.Status204NoContent).WithExample(null, null);
        api.MapPost("/push/failed", FailAsync).WithTags("users").RequireScope(ApiScopes.Manage).WithName("reportFailedPush")
            .WithSummary("A provider of pushes does not know a token any more: it is told no more").Produces(StatusCodes.Status204NoContent)
            .WithExample("""{"provider":"fcm","token":"dGhpcyBpcyBhIHRva2Vu"}""", null);
    }

    static async Task<IResult> ListAsync(int id, DeviceStore devices, UserDirectory users) => await users.FindAsync(id) is null
        ? UserEndpoints.NoUser(id)
        : TypedResults.Ok(new DevicesAnswer([.. (await devices.ListAsync(id)).Select(DeviceAnswer.Of)]));

    static async Task<IResult> RevokeAsync(int id, string device, SessionRevocation sessions) =>
        DeviceRule.IdProblem("device", device) is null && await sessions.EndDeviceAsync(id, device)
            ? TypedResults.NoContent()
            : ApiProblem.NotFound($"user {id} has no such device");

    static async Task<IResult> FailAsync(FailedPush body, DeviceStore devices)
    {
        if (body.Provider is not { } provider || body.Token is not { } token)
            return ApiProblem.Malformed("\"provider\" and \"token\" are expected");
        if ((DeviceRule.WordProblem("provider", provider) ?? DeviceRule.TokenProblem("token", token)) is { } problem)
            return ApiProblem.Rule(problem);
        return await devices.FailAsync(new PushTarget(provider, token)) ? TypedResults.NoContent() : ApiProblem.NotFound("no device has this token (any more)");
    }
}
