namespace Chat.Node.Contracts;

/// <summary>Which row of numbers a delivery belongs to.</summary>
enum Lane
{
    /// <summary>The numbers of the log. They are the same in every life of the conversation, and the marks cover them.</summary>
    Ordered,

    /// <summary>Without a history: a life of the conversation counts its own messages.</summary>
    Unlogged,

    /// <summary>Bridged copies beside the order: a life of the conversation counts them, and no mark covers them.</summary>
    Side,
}

/// <summary>
/// The life of a conversation whose numbers a delivery has. Between nodes it is one number, <c>Incarnation</c>, whose sign tells the lane.
/// Only this type looks at the sign. Pure.
/// </summary>
static class DeliveryLife
{
    /// <summary>All lives share the numbers of the log.</summary>
    public const long Ordered = 0;

    /// <summary>A new life of the given lane. No two have the same number.</summary>
    public static long Start(Lane lane) => lane switch
    {
        Lane.Unlogged => Random.Shared.NextInt64(1, long.MaxValue),
        Lane.Side => -Random.Shared.NextInt64(1, long.MaxValue),
        _ => Ordered,
    };

    public static Lane LaneOf(long incarnation) => incarnation switch
    {
        Ordered => Lane.Ordered,
        > Ordered => Lane.Unlogged,
        _ => Lane.Side,
    };
}
