using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What the wire says about a request holds here too: it is written as a client would, and read. Pure.</summary>
static class WireRules
{
    /// <summary>Null, and the request as it is to be taken; or what is wrong with it.</summary>
    public static ApiProblem? Check<T>(T wanted, out T request)
        where T : UserRequest
    {
        request = wanted;
        var read = RequestReader.Read(wanted.ToBytes(), isSpaced: false);
        if (read is InvalidRequest invalid)
            return ApiProblem.Of(invalid.Error, invalid.Reason);
        request = (T)read;
        return null;
    }
}
