using AxisDemo.Formats;
using AxisDemo.Web.Pages;

namespace AxisDemo.Web.Hosting;

/// <summary>Where a listed model is.</summary>
public enum ModelPhase
{
    /// <summary>On the disk only.</summary>
    Listed,
    /// <summary>On its way into memory.</summary>
    Loading,
    /// <summary>In memory.</summary>
    Ready,
    /// <summary>On the disk only, because loading it failed.</summary>
    Failed,
}

/// <summary>A model of the list: what is known without loading it, and where it is.</summary>
public sealed record ListedModel
{
    /// <summary>What requests call it.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Size of its file or files, bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>"llama", "qwen3", …; null until its header has been read.</summary>
    public string? Architecture { get; init; }

    /// <summary>Number of weights; 0 until its header has been read.</summary>
    public long Parameters { get; init; }

    /// <summary>The matrices' most frequent type; null until its header has been read.</summary>
    public string? Quantization { get; init; }

    /// <summary>The ids of the axes that were made for it; null while that is not known: it takes reading the whole file.</summary>
    public IReadOnlyList<string>? Axes { get; init; }

    /// <summary>Where it is.</summary>
    public ModelPhase Phase { get; init; }

    /// <summary>The part of loading that is done, 0..1.</summary>
    public double Part { get; init; }

    /// <summary>Requests that it answers now.</summary>
    public int Answering { get; init; }

    /// <summary>Whether it answers those who name no model.</summary>
    public bool Current { get; init; }

    /// <summary>Why loading failed and what to do; null when it did not.</summary>
    public string? Problem { get; init; }

    /// <summary>What its files leave open or state that is not applied; before it is loaded, what its header tells of that.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>The models of this host: those that lie in its folder, and those of them that are in memory.</summary>
public interface IModelLibrary : IModelSource
{
    /// <summary>All of them, by id: a snapshot.</summary>
    IReadOnlyList<ListedModel> Models { get; }

    /// <summary>Files in the folder that cannot be read, each with the reason.</summary>
    IReadOnlyList<string> Faults { get; }

    /// <summary>
    /// Loads a model beside those that are there and returns it; at once where it is in memory. What runs goes on. When there are
    /// more than <c>Engine:MaxModels</c>, or too little memory, one that nobody uses leaves, the least recently used first.
    /// </summary>
    /// <param name="id">Its id, in any case.</param>
    /// <param name="waiting">Ends the waiting, not the loading: see <see cref="Cancel"/>.</param>
    /// <exception cref="InputException">There is no such model, or it cannot be loaded; what is in memory stays.</exception>
    /// <exception cref="OperationCanceledException">The loading was given up, or the waiting.</exception>
    Task<ReadyModel> LoadAsync(string id, CancellationToken waiting = default);

    /// <summary>Gives up loading a model; nothing where it is not being loaded.</summary>
    void Cancel(string id);

    /// <summary>Takes a model out of memory; nothing where it is not there.</summary>
    /// <exception cref="InputException">It answers somebody, or it is the only one.</exception>
    void Unload(string id);

    /// <summary>Reads the folder again; what is in memory stays, and stays listed.</summary>
    Task RefreshAsync();
}
