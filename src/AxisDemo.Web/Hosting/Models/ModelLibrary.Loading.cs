using AxisDemo.Formats;
using AxisDemo.Serving;

namespace AxisDemo.Web.Hosting;

/// <content>Into memory and out of it.</content>
public sealed partial class ModelLibrary
{
    /// <inheritdoc/>
    public Task<ReadyModel> LoadAsync(string id, CancellationToken waiting = default)
    {
        Task<ReadyModel> task;
        lock (gate)
        {
            var slot = Listed(id);
            if (slot.Ready is { } ready) return Task.FromResult(ready);
            if (slot.Loading is null)
            {
                slot.Problem = null;
                var loading = slot.Loading = new Loading(stopping.Token);
                loading.Task = Task.Run(() => LoadAsync(slot, loading), CancellationToken.None);
            }

            task = slot.Loading.Task;
        }

        Changed?.Invoke();
        return task.WaitAsync(waiting);
    }

    /// <inheritdoc/>
    public void Cancel(string id)
    {
        lock (gate)
            if (slots.TryGetValue(id, out var slot)) slot.Loading?.Cancel.Cancel();
    }

    /// <inheritdoc/>
    public void Unload(string id)
    {
        SharedGenerator leaving;
        lock (gate)
        {
            var slot = Listed(id);
            if (slot.Shared is null) return;
            if (slots.Values.Count(s => s.Ready is not null) == 1) throw new InputException(slot.Id, "", "it is the only model in memory.", "Load another one first.");
            leaving = TryRetire(slot) ?? throw new InputException(slot.Id, "", "it answers somebody just now.", "Try again when the answer is over.");
        }

        Leave(leaving);
    }

    private Slot Listed(string id) => slots.TryGetValue(id, out var slot) ? slot
        : throw new InputException("models", "name", $"there is no '{(id.Length > 80 ? id[..80] + '…' : id)}'.", $"Models: {string.Join(", ", slots.Keys.Order(StringComparer.OrdinalIgnoreCase))}.");

    private async Task<ReadyModel> LoadAsync(Slot slot, Loading loading)
    {
        List<Slot> left = [];
        try
        {
            ReadyModel ready;
            await turn.WaitAsync(loading.Cancel.Token);
            try
            {
                loading.Waiting = false;
                var stamp = ModelFolder.StampOf(slot.Path);
                ready = Put(slot, stamp, Open(slot, loading, left));
            }
            finally
            {
                turn.Release();
            }

            log.LogInformation("Loaded {Model} on {Engine}; axis: {Axis}", ready.Generator.Model.Name, ready.Generator.Model.Engine, ready.Axis?.Name ?? ready.AxisProblem);
            foreach (var warning in ready.Generator.Model.Warnings) log.LogWarning("{Model}: {Warning}", slot.Id, warning);
            Changed?.Invoke();
            Trim();
            return ready;
        }
        catch (Exception e)
        {
            if (e is not OperationCanceledException) log.LogError("No model: {Problem}", Expected(e) ? e.Message : e.ToString());
            lock (gate) (slot.Loading, slot.Problem) = (null, e is OperationCanceledException ? null : Expected(e) ? HostPaths.WithoutFolder(e.Message, slot.Path) : $"Loading failed: {e.Message}");
            Changed?.Invoke();
            // The room was made for nothing: what had to leave comes back.
            if (!stopping.IsCancellationRequested) foreach (var gone in left) _ = LoadAsync(gone.Id, CancellationToken.None);
            throw;
        }
        finally
        {
            loading.Cancel.Dispose();
        }
    }

    private static bool Expected(Exception e) => e is InputException or IOException or UnauthorizedAccessException;

    private SharedGenerator Open(Slot slot, Loading loading, List<Slot> left)
    {
        while (true)
        {
            try
            {
                return new SharedGenerator(open(slot.Path, options.Value, part => Report(loading, part), loading.Cancel.Token), clock);
            }
            catch (InputException e) when (e.Kind == FaultKind.Memory && RetireOne(static _ => true) is { } gone)
            {
                // The file is sound but for its size, so that it is worth letting another go.
                log.LogInformation("{Gone} leaves the memory for {Model}: {Reason}", gone.Id, slot.Id, e.Fault);
                left.Add(gone);
            }
        }
    }

    private ReadyModel Put(Slot slot, string stamp, SharedGenerator shared)
    {
        try
        {
            var ready = WithAxes(slot, shared);
            folder.Remember(slot.Path, stamp, shared.Model.Sha256);
            lock (gate)
            {
                if (disposed) throw new OperationCanceledException("The host stops.");
                (slot.Ready, slot.Shared, slot.Loading) = (ready, shared, null);
                newest = slot;
            }

            shared.Idle += TrimAside;
            return ready;
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }

    private ReadyModel WithAxes(Slot slot, SharedGenerator shared)
    {
        var named = slot.Path == configured && options.Value.Axis.Length > 0;
        return ModelAxes.Attach(shared, named ? paths.Locate(options.Value.Axis) : AxisFiles.Beside(slot.Path), named, [Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(slot.Path))!, .. folder.Places]);
    }

    // An axis that was made, or taken away, while its model was in memory.
    private void AttachNew()
    {
        List<(Slot Slot, SharedGenerator Shared)> changed;
        lock (gate)
            changed = [.. slots.Values.Where(s => s is { Ready: not null, Found.Axes: not null } && !s.Ready.Axes.Select(a => a.Id).ToHashSet(StringComparer.Ordinal).SetEquals(s.Found.Axes)).Select(s => (s, s.Shared!))];
        foreach (var (slot, shared) in changed)
        {
            var ready = WithAxes(slot, shared);
            lock (gate)
                if (slot.Shared == shared) slot.Ready = ready;
        }
    }

    private void Report(Loading loading, double part)
    {
        var before = (int)(loading.Part * 100);
        loading.Part = part;
        if ((int)(part * 100) != before) Changed?.Invoke();
    }

    // Those above the number that the options allow go as soon as nobody uses them: after a load, and after the answer that kept one.
    private void Trim()
    {
        // One at a time: two that count the same models would each let one go.
        lock (trimming)
            while (true)
            {
                lock (gate)
                    if (disposed || slots.Values.Count(s => s.Ready is not null) <= options.Value.MaxModels) return;
                // The newest has just been asked for. The configured one is everybody's: where several may stay, it waits for another to be free instead.
                if (RetireOne(s => s != newest && (s.Path != configured || options.Value.MaxModels == 1)) is null) return;
            }
    }

    // Whoever has just heard the end of an answer does not wait for another model's memory to be freed.
    private void TrimAside() => Task.Run(Trim);

    // The least recently used of those that answer nobody, the configured one last.
    private Slot? RetireOne(Func<Slot, bool> may)
    {
        foreach (var slot in Idle().Where(may))
        {
            SharedGenerator? leaving;
            lock (gate) leaving = TryRetire(slot);
            if (leaving is null) continue;
            Leave(leaving);
            log.LogInformation("{Model} has left the memory", slot.Id);
            return slot;
        }

        return null;
    }

    private List<Slot> Idle()
    {
        lock (gate) return [.. slots.Values.Where(s => s.Shared is { Users: 0 }).OrderBy(s => s.Path == configured).ThenBy(s => s.Shared!.LastUsed)];
    }

    private static SharedGenerator? TryRetire(Slot slot)
    {
        if (slot.Shared is not { } shared || !shared.TryRetire()) return null;
        (slot.Ready, slot.Shared) = (null, null);
        return shared;
    }

    private void Leave(SharedGenerator leaving)
    {
        leaving.Idle -= TrimAside;
        // The pages let go of it before its memory goes.
        Changed?.Invoke();
        leaving.Dispose();
    }
}
