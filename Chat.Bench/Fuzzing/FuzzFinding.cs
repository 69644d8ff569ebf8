namespace Chat.Bench.Fuzzing;

/// <summary>An input that broke a promise.</summary>
/// <param name="Target">Whose.</param>
/// <param name="Kind">The exception, or the promise: inputs with one kind have one cause, as a rule.</param>
/// <param name="Details">For people.</param>
/// <param name="Input">The shortest one that was found.</param>
sealed record FuzzFinding(string Target, string Kind, string Details, byte[] Input)
{
    const int Shown = 300;

    /// <summary>How it is called in a folder: the same input has the same name.</summary>
    public string FileName => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Input).AsSpan(0, 6));

    public override string ToString() =>
        $"{Target}: {Kind}\n{Details}\n{Input.Length} bytes, base64 {Convert.ToBase64String(Input.AsSpan(0, Math.Min(Input.Length, Shown)))}\n{Text}";

    string Text => new([.. System.Text.Encoding.Latin1.GetString(Input.AsSpan(0, Math.Min(Input.Length, Shown))).Select(character => character is >= ' ' and < '\x7f' ? character : '·')]);
}
