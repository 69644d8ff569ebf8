using System.Text;
using Chat.Bench.Fuzzing;
using Chat.Protocol;

namespace Chat.Tests.Protocol;

/// <summary>A byte stream and what a reader has to find in it.</summary>
sealed record GeneratedStream(byte[] Bytes, List<FrameFound> Expected);

/// <summary>Builds streams of objects, garbage and broken things from a seed, and keeps the books of what is in them.</summary>
sealed class FrameStreamGenerator(int seed, int pieces)
{
    public const int MaxFrameBytes = 64;
    public const int MaxDepth = 4;

    static readonly string[] Separators = ["", "\0", "\n", "\r\n", " ", "\t\0\n", "\uFEFF", "\uFEFF\uFEFF "];
    static readonly string[] Texts =
        ["", "a", "hello", "{", "}", "[]", "\\\"", "\\\\", "\\\\\\\"", "\\u007b", "\\n", "é", "你好", "😀", " ", ":,", "\uFEFF"];

    readonly Random _random = new(seed);
    readonly List<byte> _bytes = [];
    readonly List<FrameFound> _expected = [];
    bool _isGarbageTold;

    public GeneratedStream Generate()
    {
        for (var i = 0; i < pieces; i++)
        {
            switch (_random.Next(10))
            {
                case 0:
                    AddGarbage();
                    break;
                case 1:
                    AddBroken();
                    break;
                case 2:
                    AddTooLarge();
                    break;
                case 3:
                    AddTooDeep();
                    break;
                default:
                    AddObject();
                    break;
            }

            Put(Pick(Separators));
        }

        return new GeneratedStream([.. _bytes], _expected);
    }

    void AddObject()
    {
        var isSpaced = _random.Next(3) == 0;
        string json;
        do
            json = Value(1, isSpaced);
        while (Encoding.UTF8.GetByteCount(json) > MaxFrameBytes);
        Expect(FrameStatus.Frame, json, isSpaced && IsSpaced(json));
        Put(json);
    }

    void AddTooLarge()
    {
        var json = "{\"a\":\"" + string.Concat(Enumerable.Range(0, 20 + _random.Next(200)).Select(_ => Pick(Texts) + "x")) + "\"";
        if (Encoding.UTF8.GetByteCount(json) <= MaxFrameBytes)
            json = "{\"a\":\"" + new string('y', MaxFrameBytes) + "\"";
        var more = _random.Next(MaxDepth);
        var bytes = Encoding.UTF8.GetBytes(json + new string('[', more) + new string(']', more + 1));
        Expect(FrameStatus.TooLarge, Encoding.Latin1.GetString(bytes[..MaxFrameBytes]));
        _bytes.AddRange(bytes);
    }

    void AddTooDeep()
    {
        var open = string.Concat(Enumerable.Repeat("{\"a\":", MaxDepth)) + Pick(["{", "["]);
        Expect(FrameStatus.TooDeep, open);
        Put(open);
        var more = _random.Next(20);
        Put(new string('[', more) + "\"" + Pick(Texts) + "\"" + new string(']', more + MaxDepth + 1));
    }

    void AddGarbage()
    {
        if (!_isGarbageTold)
            _expected.Add(new FrameFound(FrameStatus.Malformed, "", false));
        _isGarbageTold = true;
        Put(Pick(["x", "}", "]", "\"", "1", "[{}]", "é", "\uFEFEx"]));
        for (var count = _random.Next(30); count > 0; count--)
        {
            var value = (byte)_random.Next(1, 256);
            _bytes.Add(value == '\n' ? (byte)'{' : value);
        }

        Put(Pick(["\0", "\n"]));
    }

    void AddBroken()
    {
        Expect(FrameStatus.Malformed, "");
        Put(Pick(["{\"a\":\"b\n", "{\"a\":\0", "{\0", "{\"a\":\"\\\n", "{\"a\":[{},\"\0", "{\"\\\\\\\0"]));
    }

    /// <summary>An object, and with it the end of a run of garbage.</summary>
    void Expect(FrameStatus status, string text, bool isSpaced = false)
    {
        _isGarbageTold = false;
        var latin = status == FrameStatus.TooLarge ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        _expected.Add(new FrameFound(status, latin, isSpaced));
    }

    string Value(int depth, bool isSpaced)
    {
        var space = isSpaced ? Pick(["", " ", "\n", "\t", "\r\n"]) : "";
        var members = Enumerable.Range(0, _random.Next(4)).Select(_ => $"{space}\"{Pick(Texts)}\":{space}{Leaf(depth, isSpaced)}");
        return "{" + string.Join(',', members) + "}";
    }

    string Leaf(int depth, bool isSpaced) => _random.Next(5) switch
    {
        0 when depth < MaxDepth => Value(depth + 1, isSpaced),
        1 when depth < MaxDepth => "[" + string.Join(',', Enumerable.Range(0, _random.Next(3)).Select(_ => Leaf(depth + 1, isSpaced))) + "]",
        2 => _random.Next(-1000, 1000).ToString(),
        _ => $"\"{Pick(Texts)}\"",
    };

    /// <summary>A second opinion, by another method: white space outside strings.</summary>
    static bool IsSpaced(string json)
    {
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            if (inString && json[i] == '\\')
                i++;
            else if (json[i] == '"')
                inString = !inString;
            else if (!inString && json[i] is ' ' or '\n' or '\r' or '\t')
                return true;
        }

        return false;
    }

    T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];

    void Put(string text) => _bytes.AddRange(Encoding.UTF8.GetBytes(text));
}
