using System.Globalization;

namespace Chat.Ctl;

/// <summary>Settings for people. Pure.</summary>
static class SettingsText
{
    const string Nothing = "none";

    /// <summary>Some lines for each.</summary>
    public static string Blocks(IEnumerable<Setting> settings) => string.Join(Environment.NewLine + Environment.NewLine, settings.Select(Block));

    /// <summary>A table.</summary>
    public static string Markdown(IEnumerable<Setting> settings) => string.Join(Environment.NewLine,
    [
        "| setting | variable | value | default | changes | secret | meaning |", "|---|---|---|---|---|---|---|",
        .. settings.Select(setting =>
            $"| `{setting.Name}` | `{setting.Variable}` | {Value(setting)} | {Code(Default(setting), setting)} | {Changes(setting)} | {Secret(setting)} | {setting.About} |"),
    ]);

    static string Block(Setting setting) => string.Join(Environment.NewLine,
    [
        setting.Name,
        $"  {setting.About}",
        $"  value:    {Value(setting)}",
        $"  default:  {Default(setting)}",
        $"  changes:  {Changes(setting)}",
        $"  secret:   {Secret(setting)}",
        $"  variable: {setting.Variable}",
    ]);

    static string Value(Setting setting) => setting.Kind switch
    {
        SettingKind.Integer when setting.Max == int.MaxValue => $"integer, {setting.Min} or more ({setting.Unit})",
        SettingKind.Integer => $"integer from {setting.Min} to {setting.Max} ({setting.Unit})",
        SettingKind.Ratio => "number from 0 to 1",
        SettingKind.Choice => $"one of {string.Join(", ", setting.Choices)}",
        SettingKind.Switch => "true or false",
        SettingKind.Address => "IP address",
        SettingKind.Hostname => "name or IP address of this machine",
        SettingKind.Addresses => "host:port, several with commas or indexed (:0, :1 …)",
        SettingKind.Networks => "IP address or network (10.0.0.0/8), several with commas or indexed (:0, :1 …)",
        SettingKind.Origins => "https://chat.example.com, several with commas or indexed (:0, :1 …), or *",
        SettingKind.Url => "http or https address",
        SettingKind.Folder => "path of a folder",
        SettingKind.Secrets => string.Create(CultureInfo.InvariantCulture, $"indexed (:0, :1 …), at least {setting.Min} {setting.Unit} each"),
        _ => setting.Form ?? "text",
    };

    static string Default(Setting setting) => setting switch
    {
        { Needed: { } needed } => $"{Nothing}, needed {needed}",
        { Default.Length: 0 } => Nothing,
        _ => setting.Default,
    };

    static string Code(string text, Setting setting) => setting.Default.Length > 0 ? $"`{text}`" : text;

    static string Changes(Setting setting) => setting.Reload ? "with a reload" : "with a restart";

    static string Secret(Setting setting) => setting.Secret ? "yes" : "no";
}
