// Runs both programs in turn (A B A B …), each measurement in a process of its own, and writes medians of the ratios.
import {execFileSync} from "node:child_process";
import {mkdirSync, readFileSync, writeFileSync, existsSync} from "node:fs";
import {cpus} from "node:os";
import {dirname, join, relative} from "node:path";
import {fileURLToPath} from "node:url";

const here = dirname(fileURLToPath(import.meta.url)), root = join(here, "..", "..");
const options = {
    model: join(root, "models", "SmolLM2-135M-Instruct.Q4_1.gguf"), axis: "",
    threads: "2", tokens: "128", rounds: "7", runs: "3", prompt: "40", long: "200",
};
for (let i = 2; i < process.argv.length; i += 2) {
    const name = process.argv[i].replace(/^--/, "");
    if (!(name in options) || i + 1 >= process.argv.length) {
        console.error(`bench/run: '${process.argv[i]}' is not known here; options with a value: --${Object.keys(options).join(" --")}`);
        process.exit(2);
    }
    options[name] = process.argv[i + 1];
}

const run = (program, args, input) => execFileSync(program, args, {cwd: root, encoding: "utf8", input, stdio: ["pipe", "pipe", "inherit"], maxBuffer: 1 << 28});
const axis = (args, input) => JSON.parse(run("dotnet", [join(root, "src/AxisDemo.Cli/bin/Release/net10.0/axis.dll"), ...args, "--model", options.model, "--json"], input));
const ours = (what, ids, extra = []) => axis(["bench", what, "--threads", options.threads, "--tokens", options.tokens, "--runs", options.runs, "--ids", ids.join(","), ...extra]);
const theirs = (what, ids) => JSON.parse(run("node", [join(here, "peer.mjs"), what, options.model, options.threads, options.tokens, options.runs, ids.join(",")]));
const median = values => { const v = [...values].sort((a, b) => a - b), m = v.length >> 1; return v.length % 2 ? v[m] : (v[m - 1] + v[m]) / 2; };
const range = (values, digits = 0) => `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
const rounds = Number(options.rounds);

// One text, tokenised once; both programs are given the same ids.
const text = readFileSync(join(here, "prompt.txt"), "utf8");
const all = axis(["tokenize"], text).ids;
const ids = length => Array.from({length: Number(length)}, (_, i) => all[i % all.length]);

function turns(measure) {
    const a = [], b = [];
    for (let i = 0; i < rounds; i++) {
        const [x, y] = measure();
        a.push(x); b.push(y);
        console.error(`  round ${i + 1} of ${rounds}: ${x.toFixed(1)} against ${y.toFixed(1)}`);
    }
    return {a, b, ratios: a.map((x, i) => x / b[i])};
}

console.error("decode, one stream (tokens/s)");
let same = 0, engine = "";
const decode = turns(() => {
    const x = ours("decode", ids(options.prompt)), y = theirs("decode", ids(options.prompt));
    engine = x.engine;
    same = y.ids.filter((id, i) => id === x.ids[i]).length;
    return [x.median, median(y.values)];
});
console.error(`first token of a ${options.long}-token prompt (ms)`);
const first = turns(() => [ours("prefill", ids(options.long)).details.firstTokenMilliseconds, median(theirs("first", ids(options.long)).values)]);

const findings = [
    ["what", "axis", "llama.cpp", "ratio, median of the rounds"],
    ["---", "---", "---", "---"],
    [`decode, one stream, ${options.tokens} tokens after ${options.prompt}, greedy (tokens/s)`, range(decode.a), range(decode.b), `**${median(decode.ratios).toFixed(2)}** (higher is better for axis)`],
    [`first token of a ${options.long}-token prompt (ms)`, range(first.a), range(first.b), `**${median(first.ratios).toFixed(2)}** (lower is better for axis)`],
];
let pair = "No axis file for this model: standard + capped + reader were not measured.";
const folder = dirname(options.model);
const found = options.axis || axisFile();
function axisFile() {
    const listed = JSON.parse(run("dotnet", [join(root, "src/AxisDemo.Cli/bin/Release/net10.0/axis.dll"), "models", "--folder", folder, "--json"]));
    return listed.models.find(m => m.path === options.model || join(root, m.path) === options.model)?.axes[0]?.path ?? "";
}
if (found && existsSync(found)) {
    console.error("standard + capped + reader against one stream");
    const d = ours("pair", ids(options.prompt), ["--axis", found]).details;
    pair = `Standard, capped and reader in one batch against one stream alone (${d.oneStreamTokensPerSecond.toFixed(0)} tokens/s), in turn in one process:\n`
        + `- counted in sampled tokens (two streams sample, the reader does not): **${d.ratioOfSampledTokens.toFixed(2)}** times one stream's tokens per second;\n`
        + `- counted in rows that are computed (three): **${d.ratioOfRows.toFixed(2)}** times, ${d.rowsPerSecond.toFixed(0)} rows/s.`;
}

const cpu = cpus()[0].model.trim();
const file = join(root, "bench", "results", cpu.replace(/\([^)]*\)/g, "").trim().replace(/[^A-Za-z0-9]+/g, "-").toLowerCase() + ".md");
const version = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies["node-llama-cpp"];
const commit = run("git", ["describe", "--always", "--dirty"]).trim();
const command = ["bench/run", ...process.argv.slice(2).map(a => a.startsWith(root) ? relative(root, a) : a)].join(" ");
mkdirSync(dirname(file), {recursive: true});
writeFileSync(file, `# ${cpu}, ${cpus().length} processors

\`${command}\`, ${new Date().toISOString().slice(0, 10)}, commit ${commit}. Engine: ${engine}; model: ${relative(root, options.model)}.
The peer is llama.cpp as prebuilt in node-llama-cpp ${version}, same file, same prompt ids, ${options.threads} threads, greedy, measured from JavaScript.
${rounds} rounds in turn; in each, every program runs in a process of its own, warms up once and gives the median of ${options.runs} runs. Numbers: median (least to most) of the rounds.

${findings.map(row => `| ${row.join(" | ")} |`).join("\n")}

Both programs chose the same token at ${same} of ${options.tokens} places (where two tokens are nearly as likely, 8-bit activations may choose either, and the texts part).

${pair}
`);
console.log(readFileSync(file, "utf8"));
console.error(`written: ${relative(root, file)}`);
