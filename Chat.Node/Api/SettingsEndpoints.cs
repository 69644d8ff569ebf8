using System.ComponentModel;
using Chat.Node.Settings;

namespace Chat.Node.Api;

/// <summary>What reading the settings again has come to.</summary>
/// <param name="Applied">Settings that were different, and are in force now.</param>
/// <param name="Restart">Settings that are different, and count after a restart.</param>
sealed record ReloadAnswer(IReadOnlyList<string> Applied, IReadOnlyList<string> Restart);

/// <summary>The settings of a node.</summary>
/// <param name="Settings">By name; of secrets nothing but that they are set.</param>
sealed record SettingsList(IReadOnlyList<ShownSetting> Settings);

/// <summary>The settings of the node that answers.</summary>
static class SettingsEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder api)
    {
        api.MapGet("/node/settings", (ISettingsReload reload) => TypedResults.Ok(new SettingsList(reload.Show()))).WithTags("operate").RequireScope(ApiScopes.Manage).Audited().WithName("listSettings")
            .WithSummary("The settings of this node as they are in force, and where they are from; no secrets").Produces<SettingsList>()
            .WithExample(null, """{"settings":[{"key":"Chat:Port","value":"6000","source":"default"}]}""");
        api.MapPost("/node/reload", Reload).WithTags("operate").RequireScope(ApiScopes.Manage).WithName("reloadNode")
            .WithSummary("Reads the settings of this node again; with ?check=true it only says what that would do. A wrong setting changes nothing").Produces<ReloadAnswer>()
            .WithExample(null, """{"applied":["Chat:Limits:FramesPerSecond"],"restart":["Chat:Port"]}""");
    }

    static IResult Reload([Description("true: nothing is changed, it is only said what would be")] bool? check, HttpContext context, ISettingsReload reload)
    {
        if (check == true)
            AuditTrail.Say(context, "check"); // it has changed nothing
        var outcome = reload.Reload(check == true);
        return outcome.Problem is { } problem ? ApiProblem.Rule(problem) : TypedResults.Ok(new ReloadAnswer(outcome.Applied, outcome.Restart));
    }
}
