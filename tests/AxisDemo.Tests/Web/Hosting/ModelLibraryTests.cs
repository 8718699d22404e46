using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Tests.Formats;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;

namespace AxisDemo.Tests.Web.Hosting;

public sealed class ModelLibraryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_folder_is_listed_and_the_configured_model_is_loaded()
    {
        using var room = new LibraryRoom();
        await File.WriteAllTextAsync(room["broken.gguf"], "GGUF", Stop);
        await room.Start();

        Assert.Equal(["first", "second", "third"], room.Library.Models.Select(m => m.Id));
        Assert.Equal("first", room.Library.State.Loaded!.Id);
        var (first, second) = (room.Listed("first"), room.Listed("second"));
        Assert.Equal((ModelPhase.Ready, true, ModelPhase.Listed, false), (first.Phase, first.Current, second.Phase, second.Current));
        Assert.Equal(("qwen2", "F32", 531_936L), (second.Architecture, second.Quantization, second.Bytes));
        Assert.InRange(second.Parameters, 50_000, 500_000);
        Assert.StartsWith("broken.gguf: ", Assert.Single(room.Library.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_models_files_leave_open_is_logged_when_it_is_loaded_and_listed_before_and_after()
    {
        using var room = new LibraryRoom { Warnings = path => [$"{path}: tokenizer.ggml.pre: missing."] };
        AxisDemo.Tests.Formats.GgufEdit.Of(room["second.gguf"]).Set("qwen2.logit_scale", 0.5f).Save(room["second.gguf"]);
        await room.Start();
        await room.Until(() => room.Warned.Count > 0);

        Assert.Equal([$"first: {room["first.gguf"]}: tokenizer.ggml.pre: missing."], room.Warned);
        Assert.Equal(["first.gguf: tokenizer.ggml.pre: missing."], room.Listed("first").Warnings);
        Assert.StartsWith("second.gguf: qwen2.logit_scale: not known here", Assert.Single(room.Listed("second").Warnings), StringComparison.Ordinal);
        Assert.Empty(room.Listed("third").Warnings);
    }

    [Fact]
    public async Task What_a_tokenizer_leaves_open_is_listed_before_the_model_is_loaded()
    {
        using var room = new LibraryRoom();
        AxisDemo.Tests.Formats.GgufEdit.Of(room["second.gguf"]).Remove("tokenizer.ggml.pre").Save(room["second.gguf"]);
        await room.Start();
        await room.Until(() => room.Listed("second").Warnings.Count > 0);
        Assert.StartsWith("second.gguf: tokenizer.ggml.pre: is missing", Assert.Single(room.Listed("second").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_loaded_beside_the_one_that_answers_and_tells_how_far_it_is()
    {
        using var room = await new LibraryRoom().Start();
        using var half = new ManualResetEventSlim();
        room.Opening = (_, progress, stop) =>
        {
            progress(0.5);
            half.Wait(stop);
        };

        var loading = room.Library.LoadAsync("SECOND", Stop);
        var again = room.Library.LoadAsync("second", Stop);
        await room.Until(() => room.Listed("second").Part == 0.5);
        Assert.Equal(ModelPhase.Loading, room.Listed("second").Phase);
        Assert.Equal("Loading second, 50 %", ((IModelSource)room.Library).StateOf("second").Doing);
        Assert.Equal(3, await Answer(room.Library.State.Loaded!));
        half.Set();

        Assert.Equal("second", (await loading).Id);
        Assert.Same(await loading, await again);
        Assert.Single(room.Opened["second"]);
        Assert.Equal(["first", "second"], room.InMemory);
        Assert.Equal("first", room.Library.State.Loaded!.Id);
        Assert.Same(await loading, Find(room, "Second"));
    }

    [Fact]
    public async Task The_least_recently_used_leaves_but_never_one_that_answers_nor_the_configured_one()
    {
        using var room = await new LibraryRoom(3, "first", "second", "third", "fourth", "fifth").Start();
        var second = await room.Library.LoadAsync("second", Stop);
        await room.Library.LoadAsync("third", Stop);
        await Answer(second);
        await room.Library.LoadAsync("fourth", Stop);
        Assert.Equal(["first", "fourth", "second"], room.InMemory);
        Assert.True(room.Opened["third"][0].Disposed);

        room.Opened["second"][0].Hold = room.Opened["fourth"][0].Hold = new TaskCompletionSource();
        var (busy, other) = (Answer(second), Answer(Find(room, "fourth")!));
        await room.Library.LoadAsync("fifth", Stop);
        Assert.Equal(["fifth", "first", "fourth", "second"], room.InMemory);
        Assert.Equal(1, room.Listed("second").Answering);

        room.Opened["second"][0].Hold!.SetResult();
        Assert.Equal((3, 3), (await busy, await other));
        await room.Until(() => room.InMemory.Length == 3);
        Assert.Contains("first", room.InMemory);
        Assert.Contains("fifth", room.InMemory);
    }

    [Fact]
    public async Task Where_one_may_stay_the_new_one_takes_the_place_of_the_old()
    {
        using var room = await new LibraryRoom(1).Start();
        await room.Library.LoadAsync("second", Stop);

        Assert.Equal(["second"], room.InMemory);
        Assert.Equal("second", room.Library.State.Loaded!.Id);
        Assert.True(room.Opened["first"][0].Disposed);
        await room.Library.LoadAsync("first", Stop);
        Assert.Equal("first", room.Library.State.Loaded!.Id);
    }

    [Fact]
    public async Task What_cannot_be_loaded_says_why_and_leaves_the_rest_alone()
    {
        using var room = await new LibraryRoom(1).Start();
        room.Opening = (_, _, _) => throw new InputException(room["second.gguf"], "blk.0.attn_q.weight", "it is not there.", "Download it again.");

        var thrown = await Assert.ThrowsAsync<InputException>(() => room.Library.LoadAsync("second", Stop));

        Assert.Contains("attn_q", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((ModelPhase.Failed, "second.gguf: blk.0.attn_q.weight: it is not there. Download it again."), (room.Listed("second").Phase, room.Listed("second").Problem));
        Assert.Equal(3, await Answer(room.Library.State.Loaded!));
        room.Opening = (_, _, _) => { };
        await room.Library.LoadAsync("second", Stop);
        Assert.Null(room.Listed("second").Problem);
    }

    [Fact]
    public async Task Loading_can_be_given_up()
    {
        using var room = await new LibraryRoom().Start();
        using var begun = new ManualResetEventSlim();
        room.Opening = (_, _, stop) =>
        {
            begun.Set();
            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
        };
        var loading = room.Library.LoadAsync("second", Stop);
        begun.Wait(Stop);
        var waiting = room.Library.LoadAsync("third", Stop);
        Assert.Equal("third waits for another model to be loaded", ((IModelSource)room.Library).StateOf("third").Doing);

        room.Library.Cancel("third");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        room.Library.Cancel("second");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading);

        Assert.Equal((ModelPhase.Listed, null, ModelPhase.Listed), (room.Listed("second").Phase, room.Listed("second").Problem, room.Listed("third").Phase));
        Assert.Equal(["first"], room.InMemory);
    }

    [Fact]
    public async Task Too_little_memory_lets_an_idle_model_go_and_brings_it_back_when_it_was_for_nothing()
    {
        using var room = await new LibraryRoom().Start();
        room.Opening = (name, _, _) =>
        {
            if (name == "second" && room.InMemory.Length > 0) throw new InputException(room["second.gguf"], "memory", "it needs 9 GB; 1 GB is free.") { Kind = FaultKind.Memory };
        };
        await room.Library.LoadAsync("second", Stop);
        Assert.Equal(["second"], room.InMemory);

        room.Opening = (name, _, _) =>
        {
            if (name == "third") throw new InputException(room["third.gguf"], "memory", "it needs 99 GB; 1 GB is free.") { Kind = FaultKind.Memory };
        };
        var thrown = await Assert.ThrowsAsync<InputException>(() => room.Library.LoadAsync("third", Stop));
        Assert.Equal("it needs 99 GB; 1 GB is free.", thrown.Fault);
        await room.Until(() => room.InMemory is ["second"]);
        Assert.Equal(2, room.Opened["second"].Count);
    }

    [Fact]
    public async Task A_model_that_answers_is_not_unloaded_and_one_that_has_left_says_so()
    {
        using var room = await new LibraryRoom().Start();
        Assert.Contains("only model", Assert.Throws<InputException>(() => room.Library.Unload("first")).Message, StringComparison.Ordinal);
        var second = await room.Library.LoadAsync("second", Stop);
        room.Opened["second"][0].Hold = new TaskCompletionSource();
        var busy = Answer(second);
        Assert.Contains("answers somebody", Assert.Throws<InputException>(() => room.Library.Unload("second")).Message, StringComparison.Ordinal);

        room.Opened["second"][0].Hold!.SetResult();
        await busy;
        room.Library.Unload("second");

        Assert.True(room.Opened["second"][0].Disposed);
        Assert.Null(Find(room, "second"));
        Assert.Equal("second is no longer in memory.", (await Assert.ThrowsAsync<InputException>(() => Answer(second))).Fault);
        Assert.Equal(ModelPhase.Listed, room.Listed("second").Phase);
    }

    [Fact]
    public async Task A_refused_or_abandoned_request_does_not_keep_a_model_for_ever()
    {
        using var room = await new LibraryRoom().Start();
        var second = await room.Library.LoadAsync("second", Stop);
        room.Opened["second"][0].Refusal = new InputException("request", "prompt", "it is too long.");
        await Assert.ThrowsAsync<InputException>(() => Answer(second));
        room.Opened["second"][0].Refusal = null;
        await foreach (var _ in second.Generator.StreamAsync(new GenerationRequest { Prompt = [1] }, Stop)) break;

        Assert.Equal(0, room.Listed("second").Answering);
    }

    [Fact]
    public async Task A_name_that_is_not_listed_is_answered_by_those_that_are()
    {
        using var room = await new LibraryRoom().Start();

        var thrown = await Assert.ThrowsAsync<InputException>(() => room.Library.LoadAsync("../first.gguf", Stop));

        Assert.Equal("models: name: there is no '../first.gguf'. Models: first, second, third.", thrown.Message);
    }

    [Fact]
    public async Task Axes_are_matched_by_the_models_hash_and_each_can_be_chosen()
    {
        using var room = new LibraryRoom();
        var hash = FileHash.Sha256(room["first.gguf"], Stop);
        room.Axis("first", hash);
        room.Axis("study", hash);
        room.Axis("anybody", "");
        room.Axis("others", new string('0', 64));
        await room.Start();

        Assert.Equal(["anybody", "first", "study"], room.Listed("second").Axes!.Order());
        var loaded = room.Library.State.Loaded!;
        Assert.Equal(["first", "anybody", "study"], loaded.Axes.Select(a => a.Id));
        Assert.Equal("first", loaded.Axis!.Id);
        Assert.Equal("study", ((IModelSource)room.Library).Find(null, "study")!.Axis!.Id);
        Assert.Null(((IModelSource)room.Library).Find(null, "others"));
        Assert.Equal("first", ((IModelSource)room.Library).StateOf(null, "others").Loaded!.Axis!.Id);
    }

    [Fact]
    public async Task An_axis_that_is_made_for_a_model_in_memory_is_found_with_the_list()
    {
        using var room = await new LibraryRoom().Start();
        Assert.Contains("no axis to cap along", room.Library.State.Loaded!.AxisProblem, StringComparison.Ordinal);
        room.Axis("first", FileHash.Sha256(room["first.gguf"], Stop));

        await room.Library.RefreshAsync();

        Assert.Equal(("first", null), (room.Library.State.Loaded!.Axis!.Id, room.Library.State.Loaded.AxisProblem));
        Assert.Single(room.Opened["first"]);
    }

    [Fact]
    public async Task A_folder_of_safetensors_is_listed_with_its_axis_and_loaded_by_its_name()
    {
        using var room = new LibraryRoom();
        Directory.CreateDirectory(room["tiny-qwen"]);
        foreach (var file in (string[])["config.json", "model.safetensors"]) File.Copy(Repository.Fixture("tiny-models", "qwen2", file), Path.Combine(room["tiny-qwen"], file));
        using (var source = AxisDemo.Model.Loading.ModelSource.Open(room["tiny-qwen"])) room.Axis("tiny-qwen", source.Hash(Stop));
        await room.Start();
        await room.Until(() => room.Library.Models.Any(m => m is { Id: "tiny-qwen", Axes: not null }));

        var listed = room.Listed("tiny-qwen");
        Assert.Equal(("tiny-qwen", "qwen2", ModelPhase.Listed), (listed.Name, listed.Architecture, listed.Phase));
        Assert.Equal(["tiny-qwen"], listed.Axes);
        Assert.True(listed.Bytes > 100_000);
        Assert.Equal("tiny-qwen", (await room.Library.LoadAsync("tiny-qwen", Stop)).Axis!.Id);
    }

    [Fact]
    public async Task A_file_that_is_put_into_the_folder_is_found_and_one_that_is_taken_away_goes()
    {
        using var room = await new LibraryRoom().Start();
        File.Copy(room["first.gguf"], room["new.Q8_0.gguf"]);
        File.Delete(room["third.gguf"]);

        await room.Library.RefreshAsync();

        Assert.Equal(["first", "new.Q8_0", "second"], room.Library.Models.Select(m => m.Id));
        Assert.Equal("new", room.Listed("new.Q8_0").Name);
    }

    [Theory]
    [InlineData("big.Q4_K_M")]
    [InlineData("Big-GGUF/big.Q4_K_M")]
    public async Task A_model_in_parts_is_one_model_with_its_axis_wherever_it_lies(string name)
    {
        using var room = new LibraryRoom();
        room.Split(name);
        var parts = (string[])[room[$"{name}-00001-of-00002.gguf"], room[$"{name}-00002-of-00002.gguf"]];
        using (var source = AxisDemo.Model.Loading.ModelSource.Open(parts[1])) room.Axis(name.Replace(".Q4_K_M", "", StringComparison.Ordinal), source.Hash(Stop));
        await room.Start();

        Assert.Equal(["big.Q4_K_M", "first", "second", "third"], room.Library.Models.Select(m => m.Id));
        var listed = room.Listed("big.Q4_K_M");
        Assert.Equal(("big", parts.Sum(part => new FileInfo(part).Length)), (listed.Name, listed.Bytes));
        Assert.Equal(["big"], listed.Axes);
        var loaded = await room.Library.LoadAsync("big.Q4_K_M", Stop);
        Assert.Equal(("big.Q4_K_M", "big", "big"), (loaded.Id, loaded.Name, loaded.Axis!.Id));
        Assert.Empty(room.Library.Faults);

        File.Delete(parts[0]);
        File.Copy(room["first.gguf"], room["part-00002-of-00003.gguf"]);
        await File.WriteAllBytesAsync(room["other-00003-of-00004.gguf"], SplitModel.Empty(("split.no", 2), ("split.count", 4), ("split.tensors.count", 50)), Stop);
        await room.Library.RefreshAsync();
        var folder = Path.GetDirectoryName(name) is { Length: > 0 } sub ? sub + "/" : "";
        Assert.Equal([$"{folder}big.Q4_K_M-00002-of-00002.gguf: split.count: is 2, and big.Q4_K_M-00001-of-00002.gguf is missing. Put all parts into one folder; download those that are missing.",
            "other-00003-of-00004.gguf: split.count: is 4, and 3 files are missing: other-00001-of-00004.gguf, other-00002-of-00004.gguf, other-00004-of-00004.gguf. Put all parts into one folder; download those that are missing."],
            room.Library.Faults.Order());
        Assert.Contains("part", room.Library.Models.Select(m => m.Id));
    }

    [Theory]
    [InlineData("big-00001-of-00002.gguf")]
    [InlineData("big-00002-of-00002.gguf")]
    public async Task Whichever_part_is_configured_the_model_is_the_current_one(string configured)
    {
        using var room = new LibraryRoom(configured, 2, "second");
        room.Split("big");
        await room.Start();

        Assert.Equal(["big", "second"], room.Library.Models.Select(m => m.Id));
        Assert.True(room.Listed("big") is { Current: true, Phase: ModelPhase.Ready });
        Assert.Equal(room["big-00001-of-00002.gguf"], room.Library.State.Loaded!.Generator.Model.Path);
    }

    [Fact]
    public async Task A_model_whose_name_another_has_is_told_of()
    {
        using var room = new LibraryRoom();
        Directory.CreateDirectory(room["sub"]);
        File.Copy(Repository.Fixture("tiny-models", "llama3", "llama3.q4_0.gguf"), room["sub/second.gguf"]);
        File.CreateSymbolicLink(room["sub/first.gguf"], "../first.gguf"); // the same model by another way
        await room.Start();

        Assert.Equal("qwen2", room.Listed("second").Architecture);
        Assert.Equal("sub/second.gguf: another model is called second too. Rename one of them.", Assert.Single(room.Library.Faults));
    }

    [Fact]
    public async Task A_link_is_listed_with_the_size_and_the_axes_of_what_it_leads_to_now()
    {
        using var elsewhere = new TemporaryFolder();
        using var room = new LibraryRoom();
        var target = elsewhere.File("model");
        File.Copy(Repository.Fixture("tiny-models", "qwen2", "qwen2.gguf"), target);
        File.CreateSymbolicLink(room["linked.gguf"], target);
        room.Axis("before", FileHash.Sha256(target, Stop));
        var after = GgufEdit.Of(target).Set("general.name", "after").ToBytes();
        room.Axis("after", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(after)));
        await room.Start();
        Assert.Equal(531_936, room.Listed("linked").Bytes);
        Assert.Equal(["before"], room.Listed("linked").Axes);

        await File.WriteAllBytesAsync(target, after, Stop);
        await room.Library.RefreshAsync();
        Assert.Equal(after.Length, room.Listed("linked").Bytes);
        Assert.Equal(["after"], room.Listed("linked").Axes);

        File.Delete(target);
        await room.Library.RefreshAsync();
        Assert.DoesNotContain("linked", room.Library.Models.Select(m => m.Id));
        Assert.Equal("linked.gguf: file: is a link that leads nowhere: what it stands for is gone. Let it lead to something again, or delete it.", Assert.Single(room.Library.Faults));
    }

    private static ReadyModel? Find(LibraryRoom room, string name) => ((IModelSource)room.Library).Find(name);

    private static async Task<int> Answer(ReadyModel model)
    {
        var tokens = 0;
        await foreach (var happened in model.Generator.StreamAsync(new GenerationRequest { Prompt = [1] }, Stop)) tokens += happened is TokenEvent ? 1 : 0;
        return tokens;
    }
}
