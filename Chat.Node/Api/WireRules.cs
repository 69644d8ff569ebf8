using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What the wire says about a request holds here too: it is written as a client would, and read. Pure.</summary>
static class WireRules
{
    /// <summary>Null, and the request as it is to be taken; or what is wrong with it.</summary>
    public static ApiProblem? Check<T>(T wanted, out T request)
        where T : UserRequest => Read(wanted, out request) is { } invalid ? ApiProblem.Of(invalid.Error, invalid.Reason) : null;

    /// <summary>The same where all of it is in the address of what is only read: nothing of it is a rule that is broken, it is malformed.</summary>
    public static ApiProblem? CheckQuery<T>(T wanted, out T request)
        where T : UserRequest => Read(wanted, out request) is { } invalid ? ApiProblem.Malformed(invalid.Reason) : null;

    static InvalidRequest? Read<T>(T wanted, out T request)
        where T : UserRequest
    {
        request = wanted;
        var read = RequestReader.Read(wanted.ToBytes(), isSpaced: false);
        if (read is InvalidRequest invalid)
            return invalid;
        request = (T)read;
        return null;
    }
}
