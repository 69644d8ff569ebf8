using Chat.Node.Settings;
using Chat.Node.Web;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.Tests.Web;

public sealed class OriginRuleTests
{
    static readonly WebSettings Listed = new() { Origins = ["https://shop.example", "http://dev.example:3000", "capacitor://localhost"], PublicUrl = new Uri("https://chat.example/") };

    [Theory]
    [InlineData(null, "a.example", true)] // no browser
    [InlineData("http://a.example", "a.example", true)]
    [InlineData("https://a.example", "a.example", true)] // a proxy ends TLS
    [InlineData("http://A.Example", "a.example", true)]
    [InlineData("http://a.example:8000", "a.example:8000", true)]
    [InlineData("http://[::1]:8000", "[::1]:8000", true)]
    [InlineData("https://a.example", "a.example:443", true)]
    [InlineData("http://a.example:8001", "a.example:8000", false)]
    [InlineData("http://a.example", "a.example:8000", false)]
    [InlineData("http://a.example:8000", "a.example", false)]
    [InlineData("http://a.example.evil.example", "a.example", false)]
    [InlineData("http://evil.example", "a.example", false)]
    [InlineData("null", "a.example", false)]
    [InlineData("", "a.example", false)]
    [InlineData("http://a.example, http://evil.example", "a.example", false)]
    [InlineData("http://a.example", "", false)]
    [InlineData("https://shop.example", "a.example", true)]
    [InlineData("http://shop.example", "a.example", false)]
    [InlineData("https://shop.example:8443", "a.example", false)]
    [InlineData("http://dev.example:3000", "a.example", true)]
    [InlineData("capacitor://localhost", "a.example", true)]
    [InlineData("https://chat.example", "node1:8000", true)]
    [InlineData("http://chat.example", "node1:8000", false)]
    public void A_page_of_this_host_or_of_the_list_may_connect(string? origin, string host, bool isAllowed) =>
        Assert.Equal(isAllowed, new OriginRule(Listed).Allows(origin, new HostString(host)));

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public void Every_page_may_if_that_is_asked_for(string origin) =>
        Assert.True(new OriginRule(new WebSettings { Origins = [WebSettings.AnyOrigin] }).Allows(origin, new HostString("a.example")));
}
