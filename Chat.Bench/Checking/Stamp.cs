namespace Chat.Bench.Checking;

/// <summary>What a message says about itself in its text.</summary>
/// <param name="Run">The run of the generator that made it.</param>
/// <param name="Flow">From whom to whom, an index of the run.</param>
/// <param name="Number">1, 2, 3 … within the flow.</param>
/// <param name="Intended">When it should have been sent, in ticks of <see cref="Measuring.LoadClock"/>.</param>
readonly record struct Stamp(uint Run, int Flow, long Number, long Intended);

/// <summary>What <see cref="StampedText.TryRead"/> found.</summary>
enum StampStatus
{
    /// <summary>No text of a generator.</summary>
    Absent,

    Valid,

    /// <summary>The text is not the one that was sent.</summary>
    Corrupt,
}
