"""Times how long lorafleet and diffusers take to load an adapter that is not in memory. Both load the same file, alternately.

    python docs/benchmarks/adapter_load.py --arch sd15 --adapter-rank 16
    python docs/benchmarks/adapter_load.py --model deploy/demo-model --adapter-rank 4

lorafleet: reads the file from the blob store, verifies its SHA-256, checks it against the base, and stacks the factors for a
step. diffusers: load_lora_weights and set_adapters. With hotswap, diffusers overwrites the weights of another adapter with the
same shapes. The file is in the cache of the operating system for both.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from diffusers_bench import ARCHITECTURES, ROOT


def main():
    options = parse()
    if options.worker:
        print(json.dumps(diffusers_seconds(options)))
        return
    seconds = {"lorafleet": [], "load": [], "hotswap": []}
    with tempfile.TemporaryDirectory() as folder:
        options.adapter = str(pathlib.Path(folder, "adapter.safetensors"))
        for _ in range(options.rounds):
            seconds["lorafleet"].append(lorafleet_seconds(options))
            for way, times in run_diffusers(options).items():
                seconds[way] += times
        size = pathlib.Path(options.adapter).stat().st_size
    ours, load, swap = (statistics.median(times) for times in seconds.values())
    print(f"rank-{options.adapter_rank} adapter, {size / 1e6:.1f} MB")
    print(f"lorafleet          {ours * 1000:8.1f} ms")
    print(f"diffusers          {load * 1000:8.1f} ms, ratio {ours / load:.3f}")
    print(f"diffusers, hotswap {swap * 1000:8.1f} ms, ratio {ours / swap:.3f}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--model", help="pipeline folder")
    model.add_argument("--arch", choices=ARCHITECTURES, help="architecture of a UNet with random weights")
    parser.add_argument("--adapter-rank", type=int, default=16)
    parser.add_argument("--loads", type=int, default=10, help="number of timed loads per round, on both sides")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--adapter", help=argparse.SUPPRESS)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def lorafleet_seconds(options):
    """Returns the median load time of one process. The process also writes the adapter file."""
    jar = ROOT / "deploy/standalone/target/lorafleet-standalone.jar"
    command = ["java", "-Xmx512m", "-jar", str(jar), "bench", "adapter-load", "--json", "--save", options.adapter]
    command += ["--model", options.model] if options.model else ["--arch", options.arch]
    command += ["--adapter-rank", str(options.adapter_rank), "--threads", str(options.threads)]
    command += ["--rounds", str(options.loads), "--warm-up", "50"]  # the JVM compiles the code first, as in a worker
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return report["total"]["p50"]


def run_diffusers(options):
    command = [sys.executable, *sys.argv, "--worker", "--adapter", options.adapter]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def diffusers_seconds(options):
    import torch
    from diffusers import StableDiffusionPipeline, UNet2DConditionModel

    torch.set_num_threads(options.threads)
    parts = {}
    if options.arch:  # the benchmark uses only the UNet
        parts["unet"] = UNet2DConditionModel(**ARCHITECTURES[options.arch])
    pipe = StableDiffusionPipeline.from_pretrained(
        options.model or ROOT / "deploy/demo-model", torch_dtype=torch.float32, safety_checker=None, **parts)
    return {"load": loads(pipe, options), "hotswap": hotswaps(pipe, options)}


def loads(pipe, options):
    seconds = []
    for _ in range(1 + options.loads):
        start = time.perf_counter()
        pipe.load_lora_weights(options.adapter, adapter_name="new")
        pipe.set_adapters(["new"], [1.0])
        seconds.append(time.perf_counter() - start)
        pipe.unload_lora_weights()
    return seconds[1:]  # the first load includes imports


def hotswaps(pipe, options):
    pipe.load_lora_weights(options.adapter, adapter_name="new")
    seconds = []
    for _ in range(1 + options.loads):
        start = time.perf_counter()
        pipe.load_lora_weights(options.adapter, adapter_name="new", hotswap=True)
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


if __name__ == "__main__":
    main()
