using AxisDemo.Web.Api;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Hosting;

/// <summary>
/// How many answers each address may ask for in a minute and have running at once: one count for page, hub and REST. An address
/// starts with a minute's worth and gets them back evenly, so that nobody waits for a window to end.
/// </summary>
public sealed class RateLimits(IOptions<LimitOptions> options, TimeProvider clock)
{
    // Beyond this many addresses at once, newcomers share one account: memory stays bounded whatever the net sends.
    private const int MostAccounts = 100_000;
    private const string Newcomers = "";
    private readonly Lock gate = new();
    private readonly Dictionary<string, Account> accounts = new(StringComparer.Ordinal);
    private readonly LimitOptions limits = options.Value;
    private long swept = clock.GetTimestamp();

    /// <summary>Answers that an address may ask for in a minute.</summary>
    public int PerMinute => limits.AnswersPerMinute;

    /// <summary>Answers that an address may ask for now.</summary>
    /// <param name="address">As <see cref="ClientAddress"/> gives it.</param>
    public int Remaining(string address)
    {
        lock (gate) return accounts.TryGetValue(address, out var account) ? (int)Left(account) : PerMinute;
    }

    /// <summary>Takes answers off an address's count; nothing is taken where too few are left.</summary>
    /// <returns>Whether they were there.</returns>
    public bool TryTake(string address, int answers = 1)
    {
        lock (gate) return Take(Find(address), answers);
    }

    /// <summary>
    /// Counts answers and the places they run in. The places are given back by disposing what is returned; where it says why not,
    /// nothing was taken.
    /// </summary>
    public Admission Enter(string address, int answers = 1)
    {
        lock (gate)
        {
            var account = Find(address);
            if (account.Running + answers > limits.AnswersAtOnce)
                return new Admission($"Too many answers at once: {account.Running} are running for your address, and {limits.AnswersAtOnce} are possible. Wait for one to end.", TimeSpan.FromSeconds(1));
            if (answers > PerMinute)
                return new Admission($"{answers} answers are too many for one request: {PerMinute} a minute are possible. Ask for fewer.", TimeSpan.FromMinutes(1));
            if (!Take(account, answers))
            {
                var wait = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling((answers - account.Left) * 60 / PerMinute)));
                return new Admission($"Too many answers for your address: {PerMinute} a minute are possible. Try again in {wait.TotalSeconds:0} s.", wait);
            }

            account.Running += answers;
            return new Admission(() => Leave(account, answers));
        }
    }

    private void Leave(Account account, int answers)
    {
        lock (gate) account.Running -= answers;
    }

    private bool Take(Account account, int answers)
    {
        if (Left(account) < answers) return false;
        account.Left -= answers;
        return true;
    }

    private double Left(Account account)
    {
        var now = clock.GetTimestamp();
        account.Left = Math.Min(PerMinute, account.Left + clock.GetElapsedTime(account.Counted, now).TotalMinutes * PerMinute);
        account.Counted = now;
        return account.Left;
    }

    private Account Find(string address)
    {
        if (accounts.TryGetValue(address, out var known)) return known;
        if (accounts.Count >= MostAccounts)
        {
            Sweep();
            if (accounts.Count >= MostAccounts && address.Length > 0) return Find(Newcomers);
        }

        return accounts[address] = new Account { Left = PerMinute, Counted = clock.GetTimestamp() };
    }

    // A full count is what a newcomer has too. Once a second: a flood must not have all accounts looked at for each address.
    private void Sweep()
    {
        if (clock.GetElapsedTime(swept) < TimeSpan.FromSeconds(1)) return;
        swept = clock.GetTimestamp();
        foreach (var (idle, account) in accounts)
            if (account.Running == 0 && Left(account) >= PerMinute) accounts.Remove(idle);
    }

    private sealed class Account
    {
        public double Left { get; set; }
        public long Counted { get; set; }
        public int Running { get; set; }
    }
}
