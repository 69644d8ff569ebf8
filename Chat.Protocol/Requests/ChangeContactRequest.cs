using System.Text;
using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>What is done about a contact.</summary>
public enum ContactAction
{
    /// <summary>Make it one, without asking; or give it another alias.</summary>
    Add,

    /// <summary>Ask it.</summary>
    Request,

    /// <summary>Say yes to what it has asked: both are contacts of each other.</summary>
    Accept,

    /// <summary>Say no.</summary>
    Decline,

    /// <summary>It is a contact no more, and is asked no more.</summary>
    Remove,

    /// <summary>It may not write, and neither sees the other online.</summary>
    Block,

    /// <summary>It may again.</summary>
    Unblock,
}

/// <summary>120: does something about another user. Doing it again is harmless.</summary>
/// <param name="OtherId">Whom it is about.</param>
/// <param name="Action">What is done.</param>
public sealed record ChangeContactRequest(int OtherId, ContactAction Action) : UserRequest
{
    /// <summary>The longest note, in code points.</summary>
    public const int MaxNoteCharacters = 200;

    static readonly string[] Texts = ["add", "request", "accept", "decline", "remove", "block", "unblock"];

    /// <summary>What the user calls the contact: null: as before, empty: nothing of its own any more.</summary>
    public string? Alias { get; init; }

    /// <summary>Words that the other one gets with a request.</summary>
    public string? Note { get; init; }

    internal override int Number => MessageKind.ChangeContact;

    /// <summary>Its own keys are read apart from <see cref="RequestFields"/>: messages may carry the same ones with another meaning.</summary>
    internal static Request Read(ref RequestFields fields)
    {
        if (!TryInteger(ref fields, RequestKey.Id, 1, out var id))
            return NoInteger(RequestKey.Id);
        using var document = JsonDocument.Parse(fields.Frame);
        ContactAction? action = null;
        string? alias = null, note = null;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("do" or "alias" or "note"))
                continue;
            if (member.Name switch { "do" => action is not null, "alias" => alias is not null, _ => note is not null })
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (member.Value.ValueKind != JsonValueKind.String)
                return Invalid($"\"{member.Name}\" is not a string: one is expected");
            var text = member.Value.GetString()!;
            if (member.Name == "do")
            {
                if ((action = Find(text)) is null)
                    break;
            }
            else if ((member.Name == "alias" ? AliasProblem(text) : NoteProblem(text)) is { } problem)
            {
                return Invalid(problem);
            }
            else if (member.Name == "alias")
            {
                alias = NormalForm.Compose(text);
            }
            else
            {
                note = text;
            }
        }

        if (action is not { } found)
            return Invalid($"\"do\" must be one of {string.Join(", ", Texts.Select(text => $"\"{text}\""))}");
        return note is not null && found != ContactAction.Request
            ? Invalid("\"note\" goes with a \"request\" only")
            : new ChangeContactRequest((int)id, found) { Alias = alias, Note = note };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteNumber("id", OtherId);
        writer.WriteString("do", Texts[(int)Action]);
        if (Alias is { } alias)
            writer.WriteText("alias", alias);
        if (Note is { } note)
            writer.WriteText("note", note);
    }

    static ContactAction? Find(string text) => Array.IndexOf(Texts, text) is >= 0 and var at ? (ContactAction)at : null;

    static string? AliasProblem(string text) => text.Length == 0 ? null : NameRule.Problem("alias", text);

    static string? NoteProblem(string text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune))
                return $"\"note\" has U+{rune.Value:X4} at position {count}: a control character, none is expected";
        }

        return count > MaxNoteCharacters ? $"\"note\" has {count} characters: at most {MaxNoteCharacters} are expected" : null;
    }
}
