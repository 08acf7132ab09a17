"""Times a UNet step of lorafleet and of diffusers, alternately in one run.

    python docs/benchmarks/diffusers_bench.py --model deploy/demo-model --batch 1
    python docs/benchmarks/diffusers_bench.py --arch sd15 --size 256 --batch 1 --student

Needs torch, diffusers and, with --adapter-rank, peft. Each round runs both sides in separate processes. The script prints the
ratio of the medians over all steps. If the ratio is below 1, lorafleet is faster.
"""

import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARCHITECTURES = {  # the published configurations
    "sd15": dict(
        sample_size=64, block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=768, attention_head_dim=8,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3),
    "sd21": dict(
        sample_size=96, block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=1024,
        attention_head_dim=[5, 10, 20, 20], use_linear_projection=True,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3),
    "sdxl": dict(
        sample_size=128, block_out_channels=(320, 640, 1280), cross_attention_dim=2048,
        attention_head_dim=[5, 10, 20], transformer_layers_per_block=[1, 2, 10], use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
        down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2 + ("UpBlock2D",)),
}


def main():
    options = parse()
    if options.worker:
        print(json.dumps(diffusers_steps(options)))
        return
    ours, theirs = [], []
    peaks = {}
    for _ in range(options.rounds):
        theirs += (report := run_diffusers())["seconds"]
        peaks["diffusers"] = report["peakMebibytes"]
        ours += (report := run_lorafleet(options))["seconds"]
        peaks["lorafleet"] = report["peakMebibytes"]
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"lorafleet {a:.3f} s per step, peak memory {peaks['lorafleet']} MiB")
    print(f"diffusers {b:.3f} s per step, peak memory {peaks['diffusers']} MiB")
    print(f"ratio {a / b:.2f} (medians of {len(ours)} and {len(theirs)} steps)")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--model", help="pipeline folder")
    model.add_argument("--arch", choices=ARCHITECTURES, help="architecture of a UNet with random weights")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, help="width and height in pixels")
    parser.add_argument("--student", action="store_true", help="one row per image instead of two")
    parser.add_argument("--adapter-rank", type=int, default=0,
                        help="lorafleet: a different adapter on each row; PEFT: one for all rows")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--warm-up", type=int, default=2, help="untimed steps at the start, on both sides; a small model needs 100")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def run_lorafleet(options):
    jar = ROOT / "deploy/standalone/target/lorafleet-standalone.jar"
    command = ["java", "-Xmx512m", "-jar", str(jar), "bench", "engine", "--json", "--steps", str(options.steps)]
    command += ["--batch", str(options.batch), "--threads", str(options.threads)]
    command += ["--model", options.model] if options.model else ["--arch", options.arch]
    command += ["--size", str(options.size)] if options.size else []
    command += ["--student"] if options.student else []
    command += ["--adapter-rank", str(options.adapter_rank), "--warm-up", str(options.warm_up)]
    command += ["--precision", options.precision]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run_diffusers():
    command = [sys.executable, *sys.argv, "--worker"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def diffusers_steps(options):
    import torch
    from diffusers import UNet2DConditionModel

    torch.set_num_threads(options.threads)
    if options.model:
        unet = UNet2DConditionModel.from_pretrained(f"{options.model}/unet", torch_dtype=getattr(torch, options.precision))
        vae = json.loads(pathlib.Path(options.model, "vae/config.json").read_text())
        factor = 2 ** (len(vae["block_out_channels"]) - 1)
    else:
        unet, factor = UNet2DConditionModel(**ARCHITECTURES[options.arch]), 8
    kind = getattr(torch, options.precision)
    unet.to(kind).eval().requires_grad_(False)
    if options.adapter_rank:
        from peft import LoraConfig

        unet.add_adapter(LoraConfig(r=options.adapter_rank, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    rows = options.batch * (1 if options.student else 2)
    side = options.size // factor if options.size else unet.config.sample_size
    latent = torch.randn(rows, 4, side, side, dtype=kind)
    context = torch.randn(rows, 77, unet.config.cross_attention_dim, dtype=kind)
    added = None
    if unet.config.addition_embed_type:
        added = {"text_embeds": torch.randn(rows, 1280, dtype=kind), "time_ids": torch.full((rows, 6), 1024, dtype=kind)}
    timesteps = torch.full((rows,), 500)
    seconds = []
    with torch.inference_mode():
        for step in range(options.warm_up + options.steps):
            start = time.perf_counter()
            unet(latent, timesteps, context, added_cond_kwargs=added)
            seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": seconds[options.warm_up:], "peakMebibytes": peak}


if __name__ == "__main__":
    main()
