using Chat.Bench.Commands;
using Chat.Bench.Measuring;

namespace Chat.Bench.Reports;

/// <summary>Writes results in the forms that were asked for.</summary>
static class Report
{
    public static void Write(RunResult result, OutputFiles files)
    {
        if (!files.IsJsonOnly)
            TableReport.Write(Console.Out, result);
        JsonReport.Write(result, files.Json);
        if (files.Html is { } html)
            File.WriteAllText(html, HtmlReport.Create([result]));
    }
}
