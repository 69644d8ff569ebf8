using System.Reflection;

namespace Chat.Node.Web;

/// <summary>
/// The files for browsers: <c>/</c> and <c>/chat/</c>, <c>/sdk/</c>, <c>/chat-box/</c>. They are in the program itself, so that nothing has to be copied
/// beside it, and no request is ever a path of a file system.
/// </summary>
static class WebFiles
{
    /// <summary>In front of the names of the program's resources that are for browsers.</summary>
    const string Prefix = "web/";

    const string Page = "chat/index.html";

    static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <param name="web">What is asked.</param>
    /// <param name="hasPage">Whether the chat page is there, and not only what the pages of products need.</param>
    public static void MapFiles(this IEndpointRouteBuilder web, bool hasPage)
    {
        foreach (var (path, use, resource) in Paths().Where(file => hasPage || file.Use == WebFileUse.Library))
            web.MapMethods(path, Methods, new WebFile(path == "/" ? Page : path, Read(resource), use).AnswerAsync);
    }

    /// <summary>What can be asked for.</summary>
    public static IEnumerable<(string Path, WebFileUse Use, string Resource)> Paths() =>
        from resource in Assembly.GetExecutingAssembly().GetManifestResourceNames()
        where resource.StartsWith(Prefix, StringComparison.Ordinal)
        let file = resource[Prefix.Length..]
        select (file == Page ? "/" : $"/{file}", file.StartsWith("chat/", StringComparison.Ordinal) ? WebFileUse.Page : WebFileUse.Library, resource);

    static byte[] Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
