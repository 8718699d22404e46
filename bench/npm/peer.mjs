// One measurement of llama.cpp (prebuilt, through node-llama-cpp) in a process of its own; prints one JSON line.
// node peer.mjs decode|first MODEL THREADS TOKENS RUNS IDS   (IDS: comma-separated prompt tokens)
import {getLlama} from "node-llama-cpp";

const [what, modelPath, threadsText, tokensText, runsText, idsText] = process.argv.slice(2);
const threads = Number(threadsText), tokens = Number(tokensText), runs = Number(runsText);
const prompt = idsText.split(",").map(Number);

const llama = await getLlama({gpu: false, build: "never", skipDownload: true, maxThreads: threads, logLevel: "error"});
const model = await llama.loadModel({modelPath});
const context = await model.createContext({contextSize: 2048, threads, batchSize: 512});
const sequence = context.getSequence();

async function generate(count) {
    await sequence.clearHistory();
    const ids = [], start = performance.now();
    let first = 0;
    for await (const id of sequence.evaluate(prompt, {temperature: 0, yieldEogTokens: true})) {
        if (ids.length === 0) first = performance.now();
        ids.push(id);
        if (ids.length === count) break;
    }
    const end = performance.now();
    // The first token belongs to the prompt's pass; the rate counts the steps after it.
    return {ids, firstMs: first - start, tokensPerSecond: (ids.length - 1) / (end - first) * 1000};
}

const count = what === "first" ? 1 : tokens;
await generate(Math.min(count, 16)); // warm: pages of the file, threads
const results = [];
for (let i = 0; i < runs; i++) results.push(await generate(count));
const values = results.map(r => what === "first" ? r.firstMs : r.tokensPerSecond);
console.log(JSON.stringify({what, values, ids: results[0].ids, promptTokens: prompt.length}));
await llama.dispose();
