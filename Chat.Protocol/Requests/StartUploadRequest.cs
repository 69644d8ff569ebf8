using System.Text.Json;
using static Chat.Protocol.FieldReading;

namespace Chat.Protocol;

/// <summary>138: a file is to be sent; its bytes come over HTTP.</summary>
/// <param name="FileName">For people.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Type">What kind of file it is, like <c>image/png</c>.</param>
/// <param name="Sha256">Of its bytes, 64 hexadecimal digits.</param>
public sealed record StartUploadRequest(string FileName, long Size, string Type, string Sha256) : UserRequest
{
    internal override int Number => MessageKind.StartUpload;

    internal static Request Read(byte[] frame)
    {
        using var document = JsonDocument.Parse(frame);
        string? name = null, type = null, sha256 = null;
        long? size = null;
        var seen = new HashSet<string>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is not ("name" or "size" or "type" or "sha256"))
                continue;
            if (!seen.Add(member.Name))
                return Invalid($"\"{member.Name}\" is there twice: once is expected");
            if (member.Name == "size")
            {
                if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt64(out var number) || number < 1)
                    return Invalid("\"size\" must be the number of bytes, 1 or more");
                size = number;
                continue;
            }

            if (member.Value.ValueKind != JsonValueKind.String)
                return Invalid($"\"{member.Name}\" is not a string: one is expected");
            var text = member.Value.GetString()!;
            var problem = member.Name switch
            {
                "name" => FileRule.NameProblem(name = NormalForm.Compose(text)),
                "type" => FileRule.TypeProblem(type = text.ToLowerInvariant()),
                _ => (sha256 = text.ToLowerInvariant()).Length == 64 && !sha256.AsSpan().ContainsAnyExcept(FileRule.HexDigits) ? null : "\"sha256\" must have 64 hexadecimal digits",
            };
            if (problem is not null)
                return Invalid(problem);
        }

        string?[] missing = [name is null ? "name" : null, size is null ? "size" : null, type is null ? "type" : null, sha256 is null ? "sha256" : null];
        return missing.FirstOrDefault(key => key is not null) is { } key
            ? Invalid($"\"{key}\" is missing: \"name\", \"size\", \"type\" and \"sha256\" are expected")
            : new StartUploadRequest(name!, size!.Value, type!, sha256!);
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteText("name", FileName);
        writer.WriteNumber("size", Size);
        writer.WriteText("type", Type);
        writer.WriteString("sha256", Sha256);
    }
}
