using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;
using ProductPage;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Chat");
var issuer = Needed("Issuer");
var api = new HttpClient { BaseAddress = new Uri(Needed("Api")), Timeout = TimeSpan.FromSeconds(5) };
api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Needed("ApiKey"));
var pages = new Pages(new Uri(Needed("Url")));
var tokens = new ChatTokens(issuer, Needed("Secret"), TimeProvider.System);
var directory = new ChatDirectory(api, issuer);

builder.Services.AddAntiforgery();
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
{
    cookie.Cookie.SameSite = SameSiteMode.Strict; // a page of somebody else cannot ask for a token in a user's name
    cookie.LoginPath = "/sign-in";
});
var app = builder.Build();
app.Use((context, next) =>
{
    context.Response.Headers.ContentSecurityPolicy = pages.Policy;
    context.Response.Headers.CacheControl = "no-store"; // each page is somebody's own
    return next(context);
});
app.UseStaticFiles();
app.UseAuthentication();
app.UseAntiforgery();

app.MapGet("/", async (HttpContext context, IAntiforgery forms, string? with) =>
{
    if (ShopUsers.Of(context.User) is not { } user)
        return Results.Redirect("/sign-in");
    var others = ShopUsers.Others(user);
    var peer = Array.Find(others, other => other.Login == with) ?? others[0];
    var peerId = await directory.FindIdAsync(peer, context.RequestAborted);
    return Html(pages.Product(forms.GetAndStoreTokens(context), user, others, peer, peerId));
});

// What <chat-box> asks for, with the cookie of the page: a token of whoever is signed in.
app.MapPost("/chat-token", (HttpContext context) =>
    ShopUsers.Of(context.User) is { } user ? Results.Text(tokens.For(user)) : Results.StatusCode(StatusCodes.Status401Unauthorized));

app.MapGet("/sign-in", (HttpContext context, IAntiforgery forms) => Html(Pages.SignIn(forms.GetAndStoreTokens(context), hasFailed: false)));

app.MapPost("/sign-in", async (HttpContext context, IAntiforgery forms, [FromForm] string login, [FromForm] string password) =>
{
    if (ShopUsers.Check(login, password) is not { } user)
        return Html(Pages.SignIn(forms.GetAndStoreTokens(context), hasFailed: true), StatusCodes.Status401Unauthorized);
    var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user.Subject)], CookieAuthenticationDefaults.AuthenticationScheme);
    await context.SignInAsync(new ClaimsPrincipal(identity));
    return Results.Redirect("/");
});

app.MapPost("/sign-out", async (HttpContext context, IFormCollection form) =>
{
    _ = form; // a form is what makes the antiforgery token needed
    await context.SignOutAsync();
    context.Response.Headers["Clear-Site-Data"] = "\"storage\""; // what chat has kept in this browser: messages, and the token of its session
    return Results.Redirect("/sign-in");
});

await app.RunAsync();

string Needed(string key) =>
    settings[key] is { Length: > 0 } value ? value : throw new InvalidOperationException($"Chat:{key} is not set: samples/ProductPage/README.md says what is expected");

static IResult Html(string page, int status = StatusCodes.Status200OK) => Results.Text(page, "text/html; charset=utf-8", statusCode: status);
