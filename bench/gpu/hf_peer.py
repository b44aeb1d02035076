#!/usr/bin/env python3
"""HuggingFace transformers on a checkpoint: decode at several batch sizes and prefill, one JSON object. Needs torch, transformers.

Decode is a loop over the model in eager mode with its default cache; tokens are the most likely
ones, so nothing stops early. Times are medians, the device is synchronised before each reading of the clock.
"""
import argparse, json, statistics, time


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("model")
    ap.add_argument("--batches", default="1,8,32,128")
    ap.add_argument("--prefill", type=int, default=512)
    ap.add_argument("--prompt", type=int, default=32)
    ap.add_argument("--decode", type=int, default=64)
    ap.add_argument("--repetitions", type=int, default=3)
    a = ap.parse_args()
    import torch, transformers
    device = "cuda" if torch.cuda.is_available() else "cpu"
    sync = torch.cuda.synchronize if device == "cuda" else lambda: None
    model = transformers.AutoModelForCausalLM.from_pretrained(a.model, torch_dtype=torch.bfloat16).to(device).eval()
    vocab = model.config.vocab_size
    out = {"torch": torch.__version__, "transformers": transformers.__version__, "attention": model.config._attn_implementation,
           "device": torch.cuda.get_device_name() if device == "cuda" else "cpu", "decode": {}}

    def ids(batch, length):
        return torch.randint(16, vocab - 16, (batch, length), device=device)

    def timed(f):
        sync()
        start = time.perf_counter()
        f()
        sync()
        return time.perf_counter() - start

    def decode(batch):
        x = ids(batch, a.prompt)
        r = model(x, use_cache=True, logits_to_keep=1)
        state = {"past": r.past_key_values, "next": r.logits[:, -1:].argmax(-1)}

        def loop():
            for _ in range(a.decode):
                r = model(state["next"], past_key_values=state["past"], use_cache=True)
                state["past"], state["next"] = r.past_key_values, r.logits[:, -1:].argmax(-1)
        return batch * a.decode / timed(loop)

    with torch.inference_mode():
        if device == "cuda":
            big = torch.empty(1 << 30, dtype=torch.uint8, device=device)
            other = torch.empty_like(big)
            other.copy_(big)
            out["copy_gb_s"] = statistics.median(2 * big.numel() * 10 / timed(lambda: [other.copy_(big) for _ in range(10)]) / 1e9
                                                 for _ in range(5))
            del big, other
        x = ids(1, a.prefill)
        model(x, logits_to_keep=1)
        out["prefill_tok_s"] = statistics.median(a.prefill / timed(lambda: model(x, logits_to_keep=1)) for _ in range(a.repetitions))
        for batch in map(int, a.batches.split(",")):
            decode(batch)
            out["decode"][batch] = statistics.median(decode(batch) for _ in range(a.repetitions))
    print(json.dumps(out))


if __name__ == "__main__":
    main()
