using System.Diagnostics.CodeAnalysis;

namespace Chat.Node.Actors;

/// <summary>
/// A dictionary for few entries: up to <see cref="MaxInLine"/> lie in one array and are gone through, more are in a
/// <see cref="Dictionary{TKey,TValue}"/>. Nearly every actor has a handful of such maps with one or two entries, and what a message costs
/// is how many cold cache lines it touches: here one, there four. The order of the entries is arbitrary. A field of a class, not to be copied.
/// </summary>
struct SmallMap<TKey, TValue>
    where TKey : struct, IEquatable<TKey>
{
    public const int MaxInLine = 8;

    KeyValuePair<TKey, TValue>[]? _few;
    Dictionary<TKey, TValue>? _many;
    int _count;

    public readonly int Count => _many?.Count ?? _count;

    public TValue this[TKey key]
    {
        set
        {
            if (_many is not null)
            {
                _many[key] = value;
                return;
            }

            var at = IndexOf(key);
            if (at < 0)
                Add(key, value);
            else
                _few![at] = new(key, value);
        }
    }

    public readonly bool ContainsKey(TKey key) => _many?.ContainsKey(key) ?? IndexOf(key) >= 0;

    public readonly bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_many is not null)
            return _many.TryGetValue(key, out value);
        var at = IndexOf(key);
        value = at < 0 ? default! : _few![at].Value;
        return at >= 0;
    }

    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_many is not null)
            return _many.Remove(key, out value);
        var at = IndexOf(key);
        value = at < 0 ? default! : _few![at].Value;
        if (at < 0)
            return false;
        _few![at] = _few[--_count];
        _few[_count] = default;
        return true;
    }

    public bool Remove(TKey key) => Remove(key, out _);

    public readonly bool Any(Func<TValue, bool> condition)
    {
        foreach (var (_, value) in this)
        {
            if (condition(value))
                return true;
        }

        return false;
    }

    /// <summary>Also gives back the memory.</summary>
    public void Clear() => this = default;

    /// <summary>No entry may come or go meanwhile.</summary>
    public readonly Enumerator GetEnumerator() => new(this);

    readonly int IndexOf(TKey key)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_few![i].Key.Equals(key))
                return i;
        }

        return -1;
    }

    void Add(TKey key, TValue value)
    {
        if (_count == MaxInLine)
        {
            _many = new Dictionary<TKey, TValue>(_few!) { [key] = value };
            (_few, _count) = (null, 0);
            return;
        }

        if (_few is null)
            _few = new KeyValuePair<TKey, TValue>[1];
        else if (_count == _few.Length)
            Array.Resize(ref _few, _count * 2);
        _few[_count++] = new(key, value);
    }

    public struct Enumerator
    {
        readonly KeyValuePair<TKey, TValue>[]? _few;
        readonly int _count;
        readonly bool _isMany;
        Dictionary<TKey, TValue>.Enumerator _many;
        int _next;

        internal Enumerator(in SmallMap<TKey, TValue> source)
        {
            (_few, _count, _isMany) = (source._few, source._count, source._many is not null);
            if (_isMany)
                _many = source._many!.GetEnumerator();
        }

        public KeyValuePair<TKey, TValue> Current { get; private set; }

        public bool MoveNext()
        {
            if (_isMany)
            {
                var hasNext = _many.MoveNext();
                Current = hasNext ? _many.Current : default;
                return hasNext;
            }

            if (_next == _count)
                return false;
            Current = _few![_next++];
            return true;
        }
    }
}
