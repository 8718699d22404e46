using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

public class NormalFormTests
{
    // Chosen after the corner cases of Unicode's NormalizationTest: each pair is a text and its normal form C.
    [Theory]
    [InlineData("cafe\u0301s", "caf\u00e9s")]
    [InlineData("\u212b", "\u00c5")]                               // a singleton decomposes and joins again as another character
    [InlineData("\u1e0a\u0323", "\u1e0c\u0307")]                   // marks change places by their classes
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u0915\u093c", "\u0915\u093c")]                   // excluded from composition
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]                   // Hangul, three parts
    [InlineData("\uac00\u11a8", "\uac01")]
    [InlineData("\uac01\u11a8", "\uac01\u11a8")]
    [InlineData("\u1100\u1100\u1161", "\u1100\uac00")]
    [InlineData("a\u0301\u0301", "\u00e1\u0301")]
    [InlineData("a\u0327\u0301", "\u00e1\u0327")]                  // the cedilla does not stand in the acute's way
    [InlineData("a\u0301\u0302", "\u00e1\u0302")]                  // the acute stands in the circumflex's
    [InlineData("\u0b47\u0b3e", "\u0b4b")]                         // two starters
    [InlineData("\u0b47\u0300\u0b3e", "\u0b47\u0300\u0b3e")]
    [InlineData("\ud804\udc99\ud804\udcba", "\ud804\udc9a")]       // above U+FFFF
    [InlineData("\ud87e\udc00", "\u4e3d")]                         // a compatibility ideograph with a canonical mapping
    [InlineData("\u0301a", "\u0301a")]
    [InlineData("plain \u4e2d\u6587 \ud83c\udfad", "plain \u4e2d\u6587 \ud83c\udfad")]
    public void Text_takes_its_normal_form(string text, string expected)
    {
        Assert.Equal(expected, NormalForm.Compose(text));
        Assert.Equal(expected, NormalForm.Compose(expected));
        if (text != expected) Assert.False(NormalForm.IsComposed(text));
    }

    [Fact]
    public void Many_marks_in_a_row_are_sorted_in_reasonable_time()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 100_000));
        var composed = NormalForm.Compose(text);
        Assert.Equal("\u1ea1" + new string('\u0323', 99_999) + new string('\u0301', 100_000), composed);
    }
}
