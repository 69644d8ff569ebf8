using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace ProductPage;

/// <summary>The HTML of the shop. Whatever is not written here is encoded.</summary>
sealed class Pages(Uri chat)
{
    /// <summary>
    /// What a browser may do on these pages. Three rules are there for chat: its scripts come from the node, its connection goes to the node, and
    /// <c>'self'</c> lets it ask the shop for a token. Nothing needs <c>unsafe-inline</c>: the element's style is no inline style.
    /// </summary>
    public string Policy { get; } =
        $"default-src 'none'; script-src {Origin(chat)}; connect-src 'self' {WebSocketOrigin(chat)}; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static string SignIn(AntiforgeryTokenSet form, bool hasFailed) => Frame("Sign in", $"""
        <h1>Sign in</h1>
        {(hasFailed ? "<p role=\"alert\">The name or the password is wrong.</p>" : "")}
        <form method="post" action="/sign-in">
          {Hidden(form)}
          <label>Name <input name="login" autocomplete="username" required></label>
          <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
          <button>Sign in</button>
        </form>
        """);

    /// <summary>The product, and a conversation about it.</summary>
    /// <param name="form">For the form to sign out.</param>
    /// <param name="user">Who is signed in.</param>
    /// <param name="others">With whom that user may talk.</param>
    /// <param name="peer">With whom it is now.</param>
    /// <param name="peerId">The number of that user in chat; null while the node cannot be asked.</param>
    public string Product(AntiforgeryTokenSet form, ShopUser user, IEnumerable<ShopUser> others, ShopUser peer, int? peerId) => Frame("A blue bicycle", $"""
        <h1>A blue bicycle</h1>
        <p>Three gears, one owner, 120.–</p>
        <nav>{string.Join(' ', others.Select(other => $"<a href=\"/?with={Text(other.Login)}\">Talk to {Text(other.Name)}</a>"))}</nav>
        {(peerId is null ? "<p role=\"status\">Chat is away for a moment. The shop is open.</p>" : Box(user, peer, peerId.Value))}
        <form method="post" action="/sign-out">{Hidden(form)}<button>Sign out {Text(user.Name)}</button></form>
        """);

    /// <summary>The element: where chat is, where it gets tokens, with whom it talks, and a name for what it keeps in the browser.</summary>
    string Box(ShopUser user, ShopUser peer, int peerId) => $"""
        <script type="module" src="{Text(new Uri(chat, "chat-box/chat-box.js"))}"></script>
        <chat-box url="{Text(WebSocketOrigin(chat))}/ws" token-url="/chat-token" to="{peerId}" title="{Text(peer.Name)}" store="shop-{Text(user.Subject)}"></chat-box>
        """;

    static string Frame(string title, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{Text(title)}</title><link rel="stylesheet" href="/shop.css"></head>
        <body><main>
        {body}
        </main></body>
        </html>
        """;

    static string Hidden(AntiforgeryTokenSet form) => $"""<input type="hidden" name="{Text(form.FormFieldName)}" value="{Text(form.RequestToken!)}">""";

    static string Text(object value) => HtmlEncoder.Default.Encode(value.ToString()!);

    static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);

    /// <summary><c>http</c> becomes <c>ws</c>, <c>https</c> <c>wss</c>.</summary>
    static string WebSocketOrigin(Uri url) => "ws" + Origin(url)["http".Length..];
}
