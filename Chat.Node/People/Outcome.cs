using Chat.Protocol;

namespace Chat.Node.People;

/// <summary>What became of a request: an id and <see cref="ErrorCode.None"/>, or why there is none.</summary>
sealed record Outcome(ErrorCode Error, string Reason, int Id = 0)
{
    public static Outcome Ok(int id) => new(ErrorCode.None, "", id);

    public static Outcome Fail(ErrorCode error, string reason) => new(error, reason);
}
