using System.IO.Compression;
using System.Text;
using Chat.Node.Web;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Web;

public sealed class WebFilesTests
{
    public static TheoryData<string> Files => [.. WebFiles.Paths().Select(file => file.Path)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_file_is_served_as_it_is_in_the_source(string path)
    {
        var source = path == "/" ? "web/chat/index.html" : $"web{path}";
        var response = await AskAsync(path);
        Assert.Equal(200, response.StatusCode);
        Assert.Equal(Repository.Read(source), Text(response));
        Assert.Equal(response.Body.Length, response.ContentLength);
        Assert.Equal("nosniff", response.Headers.XContentTypeOptions);
        Assert.Equal("no-cache", response.Headers.CacheControl);
    }

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/chat/main.js", "text/javascript; charset=utf-8")]
    [InlineData("/chat/page.css", "text/css; charset=utf-8")]
    [InlineData("/chat/icon.svg", "image/svg+xml")]
    [InlineData("/sdk/index.js", "text/javascript; charset=utf-8")]
    [InlineData("/chat-box/chat-box.js", "text/javascript; charset=utf-8")]
    public async Task Files_say_what_they_are(string path, string type) => Assert.Equal(type, (await AskAsync(path)).ContentType);

    [Fact]
    public async Task The_page_may_run_nothing_but_its_own_scripts_and_is_framed_by_nobody()
    {
        var response = await AskAsync("/");
        var policy = response.Headers.ContentSecurityPolicy.ToString().Split("; ");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self'", policy);
        Assert.Contains("style-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain(policy, rule => rule.Contains("unsafe", StringComparison.Ordinal) || rule.Contains('*') || rule.Contains("http", StringComparison.Ordinal));
        Assert.Equal("DENY", response.Headers.XFrameOptions);
        Assert.False(response.Headers.ContainsKey("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/sdk/index.js")]
    [InlineData("/chat-box/chat-box.js")]
    public async Task Pages_of_products_may_load_the_sdk_and_the_box(string path)
    {
        var response = await AskAsync(path, hasPage: false);
        Assert.Equal((200, "*", "cross-origin"), (response.StatusCode, response.Headers.AccessControlAllowOrigin.ToString(), response.Headers["Cross-Origin-Resource-Policy"].ToString()));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/chat/main.js")]
    public async Task A_page_that_is_switched_off_is_not_there(string path) => Assert.Equal(404, (await AskAsync(path, hasPage: false)).StatusCode);

    [Theory]
    [InlineData("/chat/")]
    [InlineData("/chat/nothing.js")]
    [InlineData("/sdk/package.json")]
    [InlineData("/sdk/../chat/main.js")]
    [InlineData("/sdk/..%2f..%2fappsettings.json")]
    [InlineData("/../appsettings.json")]
    [InlineData("/appsettings.json")]
    public async Task Nothing_else_can_be_asked_for(string path) => Assert.Equal(404, (await AskAsync(path)).StatusCode);

    [Fact]
    public async Task Head_is_answered_without_a_body()
    {
        var response = await AskAsync("/", request => request.Method = "HEAD");
        Assert.Equal((200, 0), (response.StatusCode, response.Body.Length));
        Assert.True(response.ContentLength > 0);
    }

    [Fact]
    public async Task Other_methods_are_refused() => Assert.Equal(405, (await AskAsync("/", request => request.Method = "POST")).StatusCode);

    [Fact]
    public async Task A_browser_that_has_the_file_gets_no_second_copy()
    {
        var tag = (await AskAsync("/")).Headers.ETag.ToString();
        Assert.NotEqual(tag, (await AskAsync("/chat/main.js")).Headers.ETag.ToString());
        var response = await AskAsync("/", request => request.Headers.IfNoneMatch = $"\"other\", {tag}");
        Assert.Equal((304, 0), (response.StatusCode, response.Body.Length));
        Assert.Equal(200, (await AskAsync("/", request => request.Headers.IfNoneMatch = "\"other\"")).StatusCode);
    }

    [Theory]
    [InlineData("gzip, deflate, br", true)]
    [InlineData("br;q=1, gzip;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("br", false)]
    [InlineData(";;;", false)]
    public async Task What_a_browser_can_unpack_comes_compressed(string accepted, bool isCompressed)
    {
        var response = await AskAsync("/chat/main.js", request => request.Headers.AcceptEncoding = accepted);
        Assert.Equal(isCompressed ? "gzip" : "", response.Headers.ContentEncoding.ToString());
        Assert.Equal("Accept-Encoding", response.Headers.Vary);
        response.Body.Position = 0;
        using var text = new StreamReader(isCompressed ? new GZipStream(response.Body, CompressionMode.Decompress) : response.Body);
        Assert.Equal(Repository.Read("web/chat/main.js"), await text.ReadToEndAsync());
    }

    [Fact]
    public void No_file_for_browsers_is_forgotten()
    {
        var sources = new[] { "sdk", "chat-box", "chat", "operate" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, "web", folder)))
            .Where(file => Path.GetExtension(file) is ".js" or ".css" or ".html" or ".svg").Select(file => $"web/{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}");
        Assert.Equal(sources.Order(StringComparer.Ordinal), WebFiles.Paths().Concat(WebFiles.OperatorPaths()).Select(file => file.Resource).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>The operator's page is for the internal port.</summary>
    [Fact]
    public void The_web_port_has_nothing_of_the_operators_page() =>
        Assert.DoesNotContain(WebFiles.Paths(), file => file.Resource.StartsWith("web/operate/", StringComparison.Ordinal));

    [Fact]
    public void No_page_names_another_host()
    {
        var linked = WebFiles.Paths().Concat(WebFiles.OperatorPaths()).Where(file => file.Use != WebFileUse.Library && file.Resource.EndsWith(".html", StringComparison.Ordinal)).Select(file => Repository.Read(file.Resource));
        Assert.All(linked, text => Assert.DoesNotContain("//", text.Replace("<!doctype html>", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    static async Task<HttpResponse> AskAsync(string path, Action<HttpRequest>? change = null, bool hasPage = true)
    {
        var services = new ServiceCollection().AddLogging().AddRouting().AddSingleton<System.Diagnostics.DiagnosticListener>(_ => new("test")).BuildServiceProvider();
        var web = new ApplicationBuilder(services);
        web.UseRouting();
        web.UseEndpoints(endpoints => endpoints.MapFiles(hasPage));
        var context = new DefaultHttpContext { RequestServices = services };
        (context.Request.Method, context.Request.Path, context.Response.Body) = ("GET", path, new MemoryStream());
        change?.Invoke(context.Request);
        await web.Build()(context);
        return context.Response;
    }

    static string Text(HttpResponse response) => Encoding.UTF8.GetString(((MemoryStream)response.Body).ToArray());
}
