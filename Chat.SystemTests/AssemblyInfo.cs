using Xunit;

// Classes run beside each other, on as many threads as the smallest machine that is tested on has cores. Tests that
// start clusters put themselves into collections of their own.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
