using System.Globalization;
using System.Text;

namespace Chat.Bench.Reports;

/// <summary>A line of a plot.</summary>
sealed record PlotSeries(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Draws lines into a box with axes, as SVG.</summary>
static class SvgPlot
{
    const double Width = 930;
    const double Height = 260;
    const double Left = 70;
    const double Right = 50; // half of the last label
    const double Top = 14;
    const double Bottom = 40;
    const int MaxDots = 20;
    static readonly string[] Colours = ["#1f6fb4", "#d1622b", "#3a8f4d", "#8a4fa3"];

    public static string Draw(IReadOnlyList<PlotSeries> series, bool isLogarithmic, string xTitle, Func<double, string> xLabel, bool isXLogarithmic = false)
    {
        var points = series.SelectMany(line => line.Points).ToList();
        if (points.Count == 0)
            return "";
        var x = new Axis(points.Min(point => point.X), points.Max(point => point.X), isXLogarithmic);
        var values = points.Select(point => point.Y);
        var y = isLogarithmic
            ? new Axis(Math.Max(1e-3, values.Where(value => value > 0).DefaultIfEmpty(1).Min()), Math.Max(1e-3, values.Max()), true)
            : new Axis(0, values.Max() * 1.08, false);
        var svg = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"system-ui,sans-serif\" font-size=\"12\">"));
        foreach (var tick in y.Ticks())
        {
            Line(svg, Left, Y(y, tick), Width - Right, Y(y, tick), "#ddd");
            Text(svg, Left - 6, Y(y, tick) + 4, "end", Number(tick));
        }

        foreach (var tick in x.Ticks())
            Text(svg, X(x, tick), Height - Bottom + 16, "middle", xLabel(tick));
        Line(svg, Left, Height - Bottom, Width - Right, Height - Bottom, "#888");
        Text(svg, (Left + Width - Right) / 2, Height - 6, "middle", xTitle);
        for (var i = 0; i < series.Count; i++)
            Append(svg, series[i], i, x, y);
        return svg.Append("</svg>").ToString();
    }

    static void Append(StringBuilder svg, PlotSeries line, int place, Axis x, Axis y)
    {
        var colour = Colours[place % Colours.Length];
        svg.Append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").Append(colour).Append("\" points=\"");
        foreach (var point in line.Points)
            svg.Append(CultureInfo.InvariantCulture, $"{X(x, point.X):0.#},{Y(y, point.Y):0.#} ");
        svg.Append("\"/>");
        if (line.Points.Count <= MaxDots)
        {
            foreach (var point in line.Points)
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(x, point.X):0.#}\" cy=\"{Y(y, point.Y):0.#}\" r=\"3\" fill=\"{colour}\"/>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + 10 + place * 150}\" y=\"{Top + 8}\" style=\"fill:{colour};font-weight:600\">{line.Name}</text>");
    }

    static double X(Axis axis, double value) => Left + axis.Share(value) * (Width - Left - Right);

    static double Y(Axis axis, double value) => Height - Bottom - axis.Share(value) * (Height - Top - Bottom);

    static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string colour) =>
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"{colour}\"/>");

    static void Text(StringBuilder svg, double x, double y, string anchor, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{text}</text>");

    static string Number(double value) => value >= 1000 ? value.ToString("n0", CultureInfo.InvariantCulture) : value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>From where to where, and which round numbers lie between.</summary>
    readonly record struct Axis(double From, double To, bool IsLogarithmic)
    {
        public double Share(double value) => To <= From
            ? 0.5
            : Math.Clamp(IsLogarithmic ? Math.Log(Math.Max(value, From) / From) / Math.Log(To / From) : (value - From) / (To - From), 0, 1);

        public IEnumerable<double> Ticks()
        {
            if (To <= From)
                return [From];
            return IsLogarithmic ? LogarithmicTicks() : LinearTicks();
        }

        IEnumerable<double> LogarithmicTicks()
        {
            for (var power = Math.Pow(10, Math.Floor(Math.Log10(From))); power <= To; power *= 10)
            {
                foreach (var factor in To / From > 300 ? [1.0] : new[] { 1.0, 2, 5 })
                {
                    if (power * factor >= From && power * factor <= To)
                        yield return power * factor;
                }
            }
        }

        IEnumerable<double> LinearTicks()
        {
            var rough = (To - From) / 6;
            var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            var step = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10);
            for (var tick = Math.Ceiling(From / step) * step; tick <= To; tick += step)
                yield return tick;
        }
    }
}
