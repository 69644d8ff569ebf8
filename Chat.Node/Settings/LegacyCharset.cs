namespace Chat.Node.Settings;

/// <summary>How other servers' text is stored.</summary>
enum LegacyCharset
{
    /// <summary>By what the database's rows say, and by what is plausible.</summary>
    Auto,

    /// <summary>As UTF-8 over a connection that is declared to be gbk: <c>浣犲ソ</c> is <c>你好</c>.</summary>
    Gbk,

    /// <summary>As it was typed.</summary>
    Utf8mb4,
}
