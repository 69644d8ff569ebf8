using System.Reflection;

namespace Chat.Node.Web;

/// <summary>
/// The files for browsers: <c>/</c> and <c>/chat/</c>, <c>/sdk/</c>, <c>/chat-box/</c>; on the internal port <c>/</c> and <c>/operate/</c>. They are in the
/// program itself, so that nothing has to be copied beside it, and no request is ever a path of a file system.
/// </summary>
static class WebFiles
{
    /// <summary>In front of the names of the program's resources that are for browsers.</summary>
    const string Prefix = "web/";

    const string Page = "chat/index.html";
    const string OperatorPage = "operate/index.html";

    /// <summary>What the operator's page has of the others: one design.</summary>
    static readonly string[] Shared = ["web/chat/icon.svg", "web/chat/page.css", "web/chat-box/dom.js", "web/chat-box/style.js"];

    static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <param name="web">What is asked.</param>
    /// <param name="hasPage">Whether the chat page is there, and not only what the pages of products need.</param>
    public static void MapFiles(this IEndpointRouteBuilder web, bool hasPage)
    {
        foreach (var (path, use, resource) in Paths().Where(file => hasPage || file.Use == WebFileUse.Library))
            web.MapMethods(path, Methods, new WebFile(path == "/" ? Page : path, Read(resource), use).AnswerAsync);
    }

    /// <summary>The operator's page. It holds nothing itself: what it shows it asks the API for, with a key.</summary>
    /// <param name="internalPort">What is asked.</param>
    /// <param name="guard">What stands in front of each file.</param>
    public static void MapOperatorFiles(this IEndpointRouteBuilder internalPort, Func<RequestDelegate, RequestDelegate> guard)
    {
        foreach (var (path, _, resource) in OperatorPaths())
            internalPort.MapMethods(path, Methods, guard(new WebFile(resource, Read(resource), WebFileUse.Operator).AnswerAsync));
    }

    /// <summary>What can be asked for at the web port.</summary>
    public static IEnumerable<(string Path, WebFileUse Use, string Resource)> Paths() => Files().Where(file => file.Use != WebFileUse.Operator);

    /// <summary>What can be asked for at the internal port.</summary>
    public static IEnumerable<(string Path, WebFileUse Use, string Resource)> OperatorPaths() =>
        Files().Where(file => file.Use == WebFileUse.Operator || Shared.Contains(file.Resource, StringComparer.Ordinal));

    static IEnumerable<(string Path, WebFileUse Use, string Resource)> Files() =>
        from resource in Assembly.GetExecutingAssembly().GetManifestResourceNames()
        where resource.StartsWith(Prefix, StringComparison.Ordinal)
        let file = resource[Prefix.Length..]
        select (file is Page or OperatorPage ? "/" : $"/{file}", UseOf(file), resource);

    static WebFileUse UseOf(string file) => file[..file.IndexOf('/', StringComparison.Ordinal)] switch
    {
        "chat" => WebFileUse.Page,
        "operate" => WebFileUse.Operator,
        _ => WebFileUse.Library,
    };

    static byte[] Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
