// llama.cpp (npm node-llama-cpp, prebuilt binary) as a peer: correctness and speed, printed as JSON.
//
// usage: node llamacpp.mjs NODE_MODULES_DIR MODEL.gguf [--threads 2] [--prefill 512] [--decode 128]
//          [--batches 8,16] [--reps 3] [--batch-decode 48] [--log]
//        node llamacpp.mjs NODE_MODULES_DIR MODEL.gguf --greedy 1,2,3 --new 32
import {pathToFileURL} from "node:url";
import path from "node:path";
import os from "node:os";

const [mods, model, ...rest] = process.argv.slice(2);
const opt = (name, def) => {
    const i = rest.indexOf("--" + name);
    return i < 0 ? def : (rest[i + 1] === undefined || rest[i + 1].startsWith("--") ? true : rest[i + 1]);
};
const threads = +opt("threads", 2), nPre = +opt("prefill", 512), nDec = +opt("decode", 128);
const reps = +opt("reps", 3), bDec = +opt("batch-decode", 48);
const batches = String(opt("batches", "8,16")).split(",").filter(Boolean).map(Number);

const api = await import(pathToFileURL(path.resolve(mods, "node-llama-cpp/dist/index.js")).href);
const logs = [];
const llama = await api.getLlama({
    gpu: false, build: "never", maxThreads: threads, logLevel: "debug", numa: false,
    logger: (level, msg) => { logs.push(msg.trim()); if (opt("log")) process.stderr.write(`[${level}] ${msg}\n`); }
});
const m = await llama.loadModel({modelPath: path.resolve(model), useMmap: opt("no-mmap") ? false : true});
const vocab = m.fileInfo.metadata.tokenizer.ggml.tokens.length;
// the same simple generator as the other peers' benches, below the special tokens
const prompt = (n, seed) => {
    const out = [];
    let x = (seed * 2654435761 + 12345) >>> 0;
    for (let i = 0; i < n; i++) {
        x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
        out.push(300 + (x >>> 8) % (vocab - 600));
    }
    return out;
};
const ctxOf = (sequences, contextSize) => m.createContext({
    sequences, contextSize, batchSize: 512, threads: {ideal: threads, min: threads},
    flashAttention: opt("fa") ? true : opt("no-fa") ? false : "auto"
});
async function gen(seq, tokens, n) {
    const out = [];
    for await (const t of seq.evaluate(tokens, {temperature: 0, yieldEogToken: true})) {
        out.push(t);
        if (out.length >= n) break;
    }
    return out;
}
// wall rate, and rate per CPU second of the process (meaningful with one thread; robust on a shared machine)
function clock() { const c = process.cpuUsage(); return {t: performance.now(), c: (c.user + c.system) / 1000}; }
function note(key, n, t0) {
    const t1 = clock();
    (res[key] ??= []).push(n / (t1.t - t0.t) * 1000);
    (res[key + "_cpu"] ??= []).push(n / (t1.c - t0.c) * 1000);
}
const median = (a) => [...a].sort((x, y) => x - y)[a.length >> 1];
const res = {peer: "llama.cpp", model: path.basename(model), threads};

if (opt("greedy")) {
    const ctx = await ctxOf(1, 512);
    res.greedy = await gen(ctx.getSequence(), opt("greedy").split(",").map(Number), +opt("new", 32));
} else {
    {
        const ctx = await ctxOf(1, nPre + nDec + 64);
        const seq = ctx.getSequence();
        await seq.evaluateWithoutGeneratingNewTokens(prompt(64, 99));
        for (let r = 0; r < reps; r++) {
            await seq.clearHistory();
            let p = prompt(nPre, r + 1);
            let t0 = clock();
            await seq.evaluateWithoutGeneratingNewTokens(p);
            note("prefill", nPre, t0);
            t0 = clock();   // goes on behind the prompt, as the other engines' decode does
            await gen(seq, prompt(1, r + 70), nDec);
            note("decode", nDec, t0);
        }
        await ctx.dispose();
    }
    for (const b of batches) {
        const k = "decode_b" + b;
        const ctx = await ctxOf(b, 256);
        const seqs = Array.from({length: b}, () => ctx.getSequence());
        for (let r = 0; r < reps; r++) {
            for (const s of seqs) await s.clearHistory();
            await Promise.all(seqs.map((s, i) => s.evaluateWithoutGeneratingNewTokens(prompt(32, 100 * r + i))));
            const t0 = clock();
            await Promise.all(seqs.map((s, i) => gen(s, prompt(1, 1000 * r + i), bDec)));
            note(k, b * bDec, t0);
        }
        await ctx.dispose();
    }
    for (const k of Object.keys(res)) if (Array.isArray(res[k])) {
        res[k + "_median"] = +median(res[k]).toFixed(2);
        res[k] = res[k].map((x) => +x.toFixed(2));
    }
}
res.system = llama.systemInfo;
res.buffers = [...new Set(logs.filter((l) => /model buffer size|load_backend/i.test(l))
  .map((l) => l.replace(/from \S*\//, "from ")))].slice(0, 8); // no paths of this machine
res.loadavg = os.loadavg().map((x) => +x.toFixed(1));
console.log(JSON.stringify(res));
await llama.dispose();
