using Chat.Node.Api;
using Chat.Node.Storage;
using Chat.Node.Web;

namespace Chat.Node.Hosting;

/// <summary>The operator's page on the internal port. Like the API it is there only where there is a key.</summary>
static class OperatorHosting
{
    public static void MapOperatorPage(this WebApplication app)
    {
        var keys = app.Services.GetRequiredService<ApiKeyRing>();
        app.MapGroup("").ExcludeFromDescription().MapOperatorFiles(answer => BehindKeys(answer, keys));
    }

    static RequestDelegate BehindKeys(RequestDelegate answer, ApiKeyRing keys) => async context =>
    {
        try
        {
            if (await keys.HasKeysAsync())
                await answer(context);
            else
                await new ApiProblem(StatusCodes.Status404NotFound, Protocol.ErrorCode.UnknownRequest, "the operator's page is off: the API has no key (Chat:Api:Keys)").ExecuteAsync(context);
        }
        catch (StorageException)
        {
            await ApiProblem.Unavailable("the stored keys of the API cannot be read now").ExecuteAsync(context);
        }
    };
}
