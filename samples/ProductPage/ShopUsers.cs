using System.Security.Claims;

namespace ProductPage;

/// <summary>A user of the shop. The subject never changes, whatever else does: chat knows the user by it.</summary>
sealed record ShopUser(string Subject, string Login, string Name, string Password);

/// <summary>The shop's own users and login. Yours has both already, and better passwords.</summary>
static class ShopUsers
{
    static readonly ShopUser[] All =
    [
        new("u-1", "casey", "Casey", "casey"),
        new("u-2", "robin", "Robin", "robin"),
        new("u-3", "sam", "Sam", "sam"),
    ];

    /// <summary>Who it is, if the password is right.</summary>
    public static ShopUser? Check(string login, string password) => Array.Find(All, user => user.Login == login && user.Password == password);

    /// <summary>Who is signed in; null if nobody is.</summary>
    public static ShopUser? Of(ClaimsPrincipal principal) => Array.Find(All, user => user.Subject == principal.FindFirstValue(ClaimTypes.NameIdentifier));

    /// <summary>With whom a user can talk.</summary>
    public static ShopUser[] Others(ShopUser user) => Array.FindAll(All, other => other != user);
}
