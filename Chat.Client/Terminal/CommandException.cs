namespace Chat.Client.Terminal;

/// <summary>A command that cannot be carried out as it was typed.</summary>
sealed class CommandException(string message) : Exception(message);
