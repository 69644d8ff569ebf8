using System.Net;
using Chat.Node.Settings;
using Chat.Node.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Web;

public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("10.0.0.1", "198.51.100.7", "198.51.100.7")]
    [InlineData("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7")] // the last one that is nobody of ours
    [InlineData("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7")] // as a listener for IPv6 sees it
    [InlineData("198.51.100.8", "198.51.100.7", "198.51.100.8")] // a stranger says so
    [InlineData("127.0.0.1", "198.51.100.7", "127.0.0.1")] // not even this machine, unless it is named
    [InlineData("10.0.0.1", "unknown", "10.0.0.1")]
    [InlineData("10.0.0.1", "127.0.0.1", "10.0.0.1")] // the loopback of another machine is not ours
    [InlineData("10.0.0.1", "::1", "10.0.0.1")]
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    public async Task A_client_is_who_a_trusted_proxy_says(string peer, string? forwardedFor, string expected)
    {
        var context = await RunAsync(peer, forwardedFor, new WebSettings { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] });
        Assert.Equal(IPAddress.Parse(expected), context.Connection.RemoteIpAddress);
    }

    [Fact]
    public async Task Without_a_trusted_proxy_nobody_is_believed()
    {
        var context = await RunAsync("10.0.0.1", "198.51.100.7", new WebSettings());
        Assert.Equal((IPAddress.Parse("10.0.0.1"), "http"), (context.Connection.RemoteIpAddress, context.Request.Scheme));
    }

    [Fact]
    public async Task A_trusted_proxy_says_how_the_client_came()
    {
        var context = await RunAsync("10.0.0.1", "198.51.100.7", new WebSettings { TrustedProxies = [IPNetwork.Parse("10.0.0.1/32")] });
        Assert.Equal("https", context.Request.Scheme);
    }

    static async Task<HttpContext> RunAsync(string peer, string? forwardedFor, WebSettings settings)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var web = new ApplicationBuilder(services);
        web.UseTrustedProxies(settings);
        web.Run(_ => Task.CompletedTask);
        var context = new DefaultHttpContext { Request = { Scheme = "http" }, Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
        if (forwardedFor is not null)
            context.Request.Headers["X-Forwarded-For"] = forwardedFor;
        context.Request.Headers["X-Forwarded-Proto"] = "https";
        await web.Build()(context);
        return context;
    }
}
