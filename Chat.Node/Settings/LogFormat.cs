namespace Chat.Node.Settings;

/// <summary>How lines of the log are written.</summary>
enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs: an object of JSON on each line.</summary>
    Json,
}
