using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AxisDemo.Web.Pages;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace AxisDemo.Tests.Web;

/// <summary>What a visitor sees of what is drawn, does to it, and waits for.</summary>
internal static class Acts
{
    /// <summary>The text of the first element of a selector.</summary>
    public static string Text<T>(this IRenderedComponent<T> view, string selector) where T : IComponent => view.Find(selector).TextContent.Trim();

    /// <summary>The texts of all elements of a selector.</summary>
    public static string[] Texts<T>(this IRenderedComponent<T> view, string selector) where T : IComponent => [.. view.FindAll(selector).Select(e => e.TextContent.Trim())];

    /// <summary>What a control is set to.</summary>
    public static string? Value<T>(this IRenderedComponent<T> view, string selector) where T : IComponent =>
        view.Find(selector) is var control && control is IHtmlSelectElement select ? select.Value : control.GetAttribute("value");

    /// <summary>The button of a name.</summary>
    public static IElement Button<T>(this IRenderedComponent<T> view, string name) where T : IComponent => view.FindAll("button").Single(b => Name(b) == name);

    /// <summary>Whether there is a button of a name.</summary>
    public static bool Offers<T>(this IRenderedComponent<T> view, string name) where T : IComponent => view.FindAll("button").Any(b => Name(b) == name);

    /// <summary>The switch or choice in a label that begins so.</summary>
    public static IElement Choice<T>(this IRenderedComponent<T> view, string label) where T : IComponent =>
        view.FindAll("label").First(l => l.TextContent.Trim().StartsWith(label, StringComparison.Ordinal)).QuerySelector("input")!;

    /// <summary>Presses the button of a name.</summary>
    public static Task Press<T>(this IRenderedComponent<T> view, string name) where T : IComponent => view.Do(() => Able(view.Button(name)).ClickAsync());

    /// <summary>Presses the first element of a selector.</summary>
    public static Task Click<T>(this IRenderedComponent<T> view, string selector) where T : IComponent => view.Do(() => Able(view.Find(selector)).ClickAsync());

    /// <summary>Takes a choice, or turns a switch.</summary>
    public static Task Choose<T>(this IRenderedComponent<T> view, string label, bool on = true) where T : IComponent => view.Do(() => Able(view.Choice(label)).ChangeAsync(on));

    /// <summary>Gives a control a value.</summary>
    public static Task Set<T>(this IRenderedComponent<T> view, string selector, string? value) where T : IComponent => view.Do(() => Able(view.Find(selector)).ChangeAsync(value));

    /// <summary>Moves a slider.</summary>
    public static Task Slide<T>(this IRenderedComponent<T> view, string selector, string value) where T : IComponent => view.Do(() => Able(view.Find(selector)).InputAsync(value));

    /// <summary>Sends a message, and waits until it is answered.</summary>
    public static async Task Send(this IRenderedComponent<ChatPage> page, string text)
    {
        await page.Begin(text);
        page.Idle();
    }

    /// <summary>Sends a message, and waits until its turn is there.</summary>
    public static async Task Begin(this IRenderedComponent<ChatPage> page, string text)
    {
        var turns = page.FindAll(".turn").Count;
        await page.Submit(text);
        page.WaitForElements(".turn", turns + 1);
    }

    /// <summary>Writes a message and presses Enter.</summary>
    public static async Task Submit(this IRenderedComponent<ChatPage> page, string text)
    {
        await page.Set("#message", text);
        await page.Do(() => page.Find(".composer").SubmitAsync());
    }

    /// <summary>Waits until nothing is being answered.</summary>
    public static void Idle(this IRenderedComponent<ChatPage> page) => page.WaitForElement("button[type=submit]");

    /// <summary>Does something in the renderer's own turn: what is drawn stays as it is from the looking to the doing.</summary>
    public static Task Do<T>(this IRenderedComponent<T> view, Func<Task> act) where T : IComponent => view.InvokeAsync(act);

    /// <summary>The control, which is not disabled: a browser lets nobody use one that is.</summary>
    public static IElement Able(IElement control)
    {
        Assert.False(control.HasAttribute("disabled"), $"{control.OuterHtml} is disabled.");
        return control;
    }

    private static string Name(IElement button) => button.GetAttribute("aria-label") ?? button.TextContent.Trim();
}
