using System.Diagnostics.Metrics;

namespace Chat.Tests.Telemetry;

/// <summary>What one meter says, read as an exporter would.</summary>
sealed class Readings : IDisposable
{
    readonly Dictionary<(string Name, string Tag), double> _observed = [];
    readonly Dictionary<string, List<double>> _recorded = [];
    readonly MeterListener _listener = new();

    public Readings(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == meter)
                self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The sum over all values of the tag, or of the one that is named.</summary>
    public double Of(string name, string? tag = null)
    {
        _observed.Clear();
        _listener.RecordObservableInstruments();
        return _observed.Where(each => each.Key.Name == name && (tag is null || each.Key.Tag.Split(',').Contains(tag))).Sum(each => each.Value);
    }

    /// <summary>Every value of a histogram so far.</summary>
    public IReadOnlyList<double> Recorded(string name)
    {
        lock (_recorded)
            return [.. _recorded.GetValueOrDefault(name) ?? []];
    }

    public void Dispose() => _listener.Dispose();

    void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!instrument.IsObservable)
        {
            lock (_recorded)
            {
                if (!_recorded.TryGetValue(instrument.Name, out var values))
                    _recorded[instrument.Name] = values = [];
                values.Add(value);
            }

            return;
        }

        var key = (instrument.Name, string.Join(',', tags.ToArray().Select(tag => tag.Value)));
        _observed[key] = _observed.GetValueOrDefault(key) + value;
    }
}
