using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

public sealed class SessionStoreTests : IDisposable
{
    private readonly Clock clock = new();
    private readonly ScriptedGenerator generator = new();
    private readonly SessionStore store;

    public SessionStoreTests() => store = new SessionStore(generator, Microsoft.Extensions.Options.Options.Create(new LimitOptions { Sessions = 2, SessionMinutes = 10, UnwatchedSeconds = 5 }), clock);

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_reload_finds_the_conversation_again()
    {
        var id = SessionStore.NewId();
        await store.Attach(id)!.SendAsync("Hello");
        store.Detach(id);

        Assert.Equal("Hello", Assert.Single(store.Attach(id)!.Turns).User);
        Assert.Null(store.Find(SessionStore.NewId()));
    }

    [Fact]
    public async Task One_visitor_too_many_takes_the_place_of_the_one_who_left_first()
    {
        var (a, b) = (SessionStore.NewId(), SessionStore.NewId());
        await store.Attach(a)!.SendAsync("Hello");
        await store.Attach(b)!.SendAsync("Hello");
        Assert.Null(store.Attach(SessionStore.NewId()));

        store.Detach(b);
        clock.Advance(TimeSpan.FromMinutes(1));
        store.Detach(a);

        Assert.NotNull(store.Attach(SessionStore.NewId()));
        Assert.Null(store.Find(b));
        Assert.NotNull(store.Find(a));
    }

    [Fact]
    public async Task An_expired_conversation_starts_anew()
    {
        var id = SessionStore.NewId();
        await store.Attach(id)!.SendAsync("Hello");
        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Single(store.Attach(id)!.Turns);
        store.Detach(id);
        store.Detach(id);

        clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Empty(store.Attach(id)!.Turns);
    }

    [Fact]
    public async Task A_conversation_that_was_cleared_can_still_be_brought_back_after_a_reload()
    {
        var id = SessionStore.NewId();
        await store.Attach(id)!.SendAsync("Hello");
        store.Find(id)!.Clear();
        store.Detach(id);

        var again = store.Attach(id)!;
        again.Undo();

        Assert.Single(again.Turns);
    }

    [Fact]
    public async Task An_answer_that_nobody_watches_is_ended_after_a_while()
    {
        generator.Hold = new TaskCompletionSource();
        var id = SessionStore.NewId();
        var session = store.Attach(id)!;
        var answering = session.SendAsync("Hello");
        store.Detach(id);
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.True(session.Running);

        clock.Advance(TimeSpan.FromSeconds(2));
        await answering.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(FinishReason.Cancelled, session.Turns[0][Column.A][0].Reason);
    }

    [Fact]
    public void Ids_cannot_be_guessed_and_nothing_else_is_taken_for_one()
    {
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => SessionStore.NewId()).Distinct().Count());
        Assert.True(SessionStore.IsId(SessionStore.NewId()));
        Assert.False(SessionStore.IsId("../../etc"));
        Assert.False(SessionStore.IsId(null));
        Assert.False(SessionStore.IsId(new string('g', 64)));
    }

    /// <summary>A clock that the test turns.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<Timer> timers = [];
        private DateTimeOffset now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, callback, state, now + dueTime);
            timers.Add(timer);
            return timer;
        }

        public void Advance(TimeSpan time)
        {
            now += time;
            foreach (var timer in timers.Where(t => t.Due <= now).ToList()) timer.Ring();
        }

        private sealed class Timer(Clock clock, TimerCallback callback, object? state, DateTimeOffset due) : ITimer
        {
            public DateTimeOffset Due { get; } = due;
            public void Ring() { clock.timers.Remove(this); callback(state); }
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;
            public void Dispose() => clock.timers.Remove(this);
            public ValueTask DisposeAsync() { Dispose(); return ValueTask.CompletedTask; }
        }
    }
}
