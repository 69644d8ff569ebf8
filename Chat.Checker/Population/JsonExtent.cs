namespace Chat.Checker.Population;

/// <summary>Where an object ends in a stream that has no other sign of it. Pure.</summary>
static class JsonExtent
{
    /// <summary>The length of the object at the beginning, 0 if it is not there as a whole.</summary>
    public static int Of(ReadOnlySpan<byte> bytes)
    {
        var depth = 0;
        var isInString = false;
        for (var i = 0; i < bytes.Length; i++)
        {
            switch (bytes[i])
            {
                case (byte)'\\' when isInString:
                    i++;
                    break;
                case (byte)'"':
                    isInString = !isInString;
                    break;
                case (byte)'{' or (byte)'[' when !isInString:
                    depth++;
                    break;
                case (byte)'}' or (byte)']' when !isInString:
                    if (--depth == 0)
                        return i + 1;
                    break;
            }
        }

        return 0;
    }
}
