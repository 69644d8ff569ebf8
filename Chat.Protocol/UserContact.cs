using System.Text.Json;

namespace Chat.Protocol;

/// <summary>What another user is to a user.</summary>
public enum ContactState
{
    /// <summary>Nobody special.</summary>
    None = 0,

    /// <summary>Was asked, and has not answered.</summary>
    Asked = 1,

    /// <summary>Has asked, and waits for an answer.</summary>
    Asks = 2,

    /// <summary>A contact: a friend of requests 7 and 145 too.</summary>
    Contact = 3,
}

/// <summary>Somebody in a user's list of contacts.</summary>
/// <param name="Id">Who.</param>
/// <param name="State">What that is to the user.</param>
public sealed record UserContact(int Id, ContactState State)
{
    static readonly string[] Texts = ["none", "asked", "asks", "contact"];

    /// <summary>May not write to the user.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>What the user calls the contact; null: nothing of its own.</summary>
    public string? Alias { get; init; }

    /// <summary>The words of a request; null: none.</summary>
    public string? Note { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("id", Id);
        writer.WriteString("state", Texts[(int)State]);
        if (IsBlocked)
            writer.WriteBoolean("blocked", true);
        if (Alias is { } alias)
            writer.WriteString("alias", alias);
        if (Note is { } note)
            writer.WriteString("note", note);
    }

    internal static UserContact Of(JsonElement json) => new(json.RequiredId("id"), StateOf(json.OptionalText("state")))
    {
        IsBlocked = json.IsSet("blocked"),
        Alias = json.OptionalText("alias"),
        Note = json.OptionalText("note"),
    };

    static ContactState StateOf(string? text) => Array.IndexOf(Texts, text) is >= 0 and var state
        ? (ContactState)state
        : throw new FormatException("a contact without a state");
}
