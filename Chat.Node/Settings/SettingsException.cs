namespace Chat.Node.Settings;

/// <summary>A setting is unknown or wrong; the message names it and says what is expected.</summary>
sealed class SettingsException(string message) : Exception(message);
