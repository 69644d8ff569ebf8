using System.Text;

namespace Chat.Protocol;

/// <summary>Unicode Normalization Form C (UAX 15), the same with and without ICU.</summary>
public static class NormalForm
{
    const int HangulFirst = 0xAC00;
    const int LeadFirst = 0x1100;
    const int VowelFirst = 0x1161;
    const int TailBase = 0x11A7;
    const int Leads = 19;
    const int Vowels = 21;
    const int Tails = 28;
    const int Syllables = Leads * Vowels * Tails;

    /// <summary>The text with marks put together with their letters. Half a surrogate pair becomes U+FFFD.</summary>
    public static string Compose(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var characters = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            TakeApart(rune.Value, characters);
        SortMarks(characters);
        PutTogether(characters);
        var composed = new StringBuilder(text.Length);
        foreach (var character in characters)
            composed.Append(new Rune(character).ToString());
        return composed.ToString();
    }

    static void TakeApart(int character, List<int> target)
    {
        var syllable = character - HangulFirst;
        if (syllable is >= 0 and < Syllables)
        {
            target.Add(LeadFirst + syllable / (Vowels * Tails));
            target.Add(VowelFirst + syllable % (Vowels * Tails) / Tails);
            if (syllable % Tails != 0)
                target.Add(TailBase + syllable % Tails);
        }
        else if (UnicodeTable.Instance.PartsOf(character) is { } parts)
        {
            foreach (var part in parts)
                TakeApart(part, target);
        }
        else
        {
            target.Add(character);
        }
    }

    /// <summary>Marks behind one letter are in the order of their classes; equals stay as they were. A text may be nothing but marks.</summary>
    static void SortMarks(List<int> characters)
    {
        var table = UnicodeTable.Instance;
        for (var i = 0; i < characters.Count; i++)
        {
            var (start, last, isSorted) = (i, 0, true);
            for (; i < characters.Count && table.ClassOf(characters[i]) is > 0 and var order; i++)
                (isSorted, last) = (isSorted && last <= order, order);
            if (isSorted)
                continue;
            var sorted = characters.GetRange(start, i - start).OrderBy(table.ClassOf).ToList(); // a stable one
            for (var place = 0; place < sorted.Count; place++)
                characters[start + place] = sorted[place];
        }
    }

    static void PutTogether(List<int> characters)
    {
        var starter = -1;
        var kept = 0;
        var lastClass = 0;
        for (var i = 0; i < characters.Count; i++)
        {
            var character = characters[i];
            var order = UnicodeTable.Instance.ClassOf(character);
            // Blocked: something of the same or a higher class stands between.
            var isNear = starter == kept - 1 || lastClass < order;
            if (starter >= 0 && isNear && WholeOf(characters[starter], character) is { } whole)
            {
                characters[starter] = whole;
                continue;
            }

            if (order == 0)
                starter = kept;
            lastClass = order;
            characters[kept++] = character;
        }

        characters.RemoveRange(kept, characters.Count - kept);
    }

    static int? WholeOf(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < Leads && second - VowelFirst is >= 0 and < Vowels)
            return HangulFirst + ((first - LeadFirst) * Vowels + second - VowelFirst) * Tails;
        if (first - HangulFirst is >= 0 and < Syllables && (first - HangulFirst) % Tails == 0 && second - TailBase is > 0 and < Tails)
            return first + second - TailBase;
        return UnicodeTable.Instance.WholeOf(first, second);
    }
}
