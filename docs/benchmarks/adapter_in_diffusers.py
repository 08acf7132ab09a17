"""Generates images with the same adapter and seeds on a running fleet and in diffusers, and compares them.

    deploy/fleet up &
    python docs/benchmarks/adapter_in_diffusers.py --model deploy/demo-model --prompts prompts.txt --adapter fast.safetensors
    python docs/benchmarks/adapter_in_diffusers.py --model deploy/demo-model --prompts prompts.txt --train 30

The first command loads a lorafleet adapter in diffusers (load_lora_weights). The second distils an adapter with PEFT, writes
it with save_lora_weights, and uploads it to the fleet. The exit code is 1 if the PSNR of an image is below --least.
"""

import argparse
import io
import json
import math
import pathlib
import sys
import tempfile
import time
import urllib.request


def main():
    options = parse()
    import diffusers
    import torch

    torch.set_num_threads(options.threads)
    prompts = [line for line in pathlib.Path(options.prompts).read_text().splitlines() if line.strip()]
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(
        options.model, torch_dtype=torch.float32, safety_checker=None)
    pipe.scheduler = diffusers.DDIMScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    with tempfile.TemporaryDirectory() as folder:
        adapter = pathlib.Path(options.adapter or train(pipe, prompts, options, folder))
        name = register(options, adapter)
        pipe.load_lora_weights(str(adapter.parent), weight_name=adapter.name, adapter_name="student")
    worst = math.inf
    for i, prompt in enumerate(prompts[:options.count]):
        ours = fleet_image(options, name, prompt, i)
        size = ours.width
        generator = torch.Generator("cpu").manual_seed(i)
        theirs = pipe(prompt, guidance_scale=1, num_inference_steps=options.steps, generator=generator, height=size,
                      width=size).images[0]
        without = plain(pipe, prompt, i, options, size)
        same = psnr(ours, theirs)
        worst = min(worst, same)
        print(f"{same:6.1f} dB; without the adapter {psnr(ours, without):5.1f} dB: {prompt}")
    print(f"minimum: {worst:.1f} dB")
    sys.exit(0 if worst >= options.least else 1)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="pipeline folder that the fleet also serves")
    parser.add_argument("--prompts", required=True, help="file with one prompt per line")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--adapter", help="adapter in a safetensors file")
    which.add_argument("--train", type=int, metavar="STEPS", help="train an adapter with PEFT first")
    parser.add_argument("--url", default="http://localhost:8080", help="URL of the gateway")
    parser.add_argument("--count", type=int, default=8, help="number of prompts to use")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=5, help="guidance scale of the student")
    parser.add_argument("--least", type=float, default=40, help="minimum PSNR in decibels")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def train(pipe, prompts, options, folder):
    """Distils for a few steps on pure noise. This is enough for an adapter with a visible effect."""
    import peft
    import torch

    unet = pipe.unet
    unet.requires_grad_(False)
    unet.add_adapter(peft.LoraConfig(r=8, lora_alpha=16, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    learning = [p for p in unet.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=2e-3)
    generator = torch.Generator().manual_seed(0)
    channels, size = unet.config.in_channels, unet.config.sample_size
    for step in range(options.train):
        batch = [prompts[(step * 8 + i) % len(prompts)] for i in range(8)]
        cond, uncond = pipe.encode_prompt(batch, "cpu", 1, True, negative_prompt=[""] * 8)
        latents = torch.randn(8, channels, size, size, generator=generator)
        timesteps = torch.randint(600, 1000, (8,), generator=generator)
        with torch.no_grad():
            unet.disable_adapters()
            without = unet(latents, timesteps, uncond).sample
            target = without + options.guidance * (unet(latents, timesteps, cond).sample - without)
            unet.enable_adapters()
        loss = ((unet(latents, timesteps, cond).sample - target) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    pipe.save_lora_weights(folder, unet_lora_layers=peft.get_peft_model_state_dict(unet),
                           unet_lora_adapter_metadata=unet.peft_config["default"].to_dict())
    unet.delete_adapters("default")
    return pathlib.Path(folder, "pytorch_lora_weights.safetensors")


def plain(pipe, prompt, seed, options, size):
    import torch

    pipe.disable_lora()
    image = pipe(prompt, guidance_scale=1, num_inference_steps=options.steps, height=size, width=size,
                   generator=torch.Generator("cpu").manual_seed(seed)).images[0]
    pipe.enable_lora()
    return image


def register(options, adapter):
    name = f"check-{int(time.time())}"
    call(options, "PUT", f"/v1/adapters/{name}?kind=student&guidance={options.guidance}", adapter.read_bytes(),
         "application/octet-stream")
    return name


def fleet_image(options, name, prompt, seed):
    from PIL import Image

    order = {"prompt": prompt, "adapter": name, "guidanceScale": options.guidance, "steps": options.steps, "seed": seed,
             "sampler": "ddim"}
    generation = json.loads(call(options, "POST", "/v1/generations", json.dumps(order).encode(), "application/json"))
    while generation["status"] in ("queued", "running"):
        time.sleep(0.1)
        generation = json.loads(call(options, "GET", f"/v1/generations/{generation['id']}"))
    if generation["status"] != "succeeded":
        raise SystemExit(f"the generation did not succeed: {generation}")
    return Image.open(io.BytesIO(call(options, "GET", f"/v1/generations/{generation['id']}/images/0"))).convert("RGB")


def call(options, method, path, body=None, kind=None):
    request = urllib.request.Request(options.url + path, body, method=method)
    if kind:
        request.add_header("Content-Type", kind)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def psnr(one, other):
    import numpy

    difference = numpy.asarray(one, dtype=float) - numpy.asarray(other.convert("RGB"), dtype=float)
    squares = (difference ** 2).mean()
    return math.inf if squares == 0 else 10 * math.log10(255 ** 2 / squares)


if __name__ == "__main__":
    main()
