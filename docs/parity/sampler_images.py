"""Generates the same images with a running fleet and with diffusers, and measures how similar they are.

    deploy/fleet up                                # in another terminal
    python docs/parity/sampler_images.py

Needs torch, torchsde, diffusers, transformers, numpy and pillow. Both sides use the same prompt, seeds, steps, guidance and weights. For
each sampler, diffusers uses the corresponding scheduler class with the folder's config. The script prints the peak
signal-to-noise ratio of the 8-bit images, in decibels, as a Markdown table. The exit code is 1 if a ratio is below --least.
"""

import argparse
import math
import pathlib
import subprocess
import sys
import tempfile

import diffusers
import numpy
import torch
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEDULERS = {
    "ddim": ("DDIMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_karras": ("EulerDiscreteScheduler", {"use_karras_sigmas": True}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpmpp_3m_sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++", "solver_order": 3}),
    "dpmpp_sde": ("DPMSolverSDEScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "deis": ("DEISMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),  # the setting of every Stable Diffusion folder
    "unipc": ("UniPCMultistepScheduler", {}),
}
# These samplers have their own timesteps or noise levels, whatever the spacing.
UNSPACED = {"dpmpp_2m_karras", "lcm", "tcd"}


class SeededDpmSde(diffusers.DPMSolverSDEScheduler):
    """Draws its noise from the pipeline's generator, in order: the increments of a Brownian motion over the two halves of a
    step. diffusers' class draws them from a tree with a seed of its own."""

    def step(self, output, timestep, sample, generator=None, return_dict=True):
        first = self.state_in_first_order

        def noise(sigma, sigma_next):
            drawn = torch.randn(sample.shape, generator=generator)
            if first:
                self.half, self.middle = (sigma - sigma_next) ** 0.5 * drawn, sigma_next
                return drawn
            return (self.half + (self.middle - sigma_next) ** 0.5 * drawn) / (sigma - sigma_next) ** 0.5

        self.noise_sampler = noise
        return super().step(output, timestep, sample, return_dict=return_dict)


def main():
    options = parse()
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(options.model, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    config = pipeline.scheduler.config
    seeds = [options.seed + i for i in range(options.count)]
    print("| sampler | spacing |" + "".join(f" seed {seed} |" for seed in seeds))
    print("|---|---|" + "---|" * len(seeds))
    least = math.inf
    for sampler in options.samplers:
        name, settings = SCHEDULERS[sampler]
        for spacing in [None] if sampler in UNSPACED else options.spacings or [None]:
            spaced = settings if spacing is None else settings | {"timestep_spacing": spacing}
            scheduler = SeededDpmSde if sampler == "dpmpp_sde" else getattr(diffusers, name)
            pipeline.scheduler = scheduler.from_config(config, **spaced)
            # The default of TCDScheduler.step. diffusers' pipelines pass 0 unless told otherwise.
            theirs = generated_by_diffusers(pipeline, seeds, 0.3 if sampler == "tcd" else 0.0, options)
            ours = generated_by_fleet(sampler, spacing, options)
            ratios = [psnr(a, b) for a, b in zip(ours, theirs, strict=True)]
            print(f"| `{sampler}` | {spacing or ''} |" + "".join(f" {described(ratio)} |" for ratio in ratios), flush=True)
            least = min(least, *ratios)
    sys.exit(least < options.least)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8080", help="URL of the fleet's gateway")
    parser.add_argument("--model", default=ROOT / "deploy/demo-model", help="pipeline folder that the fleet serves")
    parser.add_argument("--prompt", default="a large red star on a white background")
    parser.add_argument("--samplers", nargs="+", choices=SCHEDULERS, default=list(SCHEDULERS))
    parser.add_argument("--spacings", nargs="*", choices=("leading", "linspace", "trailing"), help="default: the folder's spacing")
    parser.add_argument("--seed", type=int, default=1234, help="seed of the first image; image k uses seed + k")
    parser.add_argument("--count", type=int, default=3, help="images per sampler")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance-scale", type=float, default=5)
    parser.add_argument("--least", type=float, default=40, help="minimum PSNR in decibels")
    return parser.parse_args()


def generated_by_diffusers(pipeline, seeds, eta, options):
    images = []
    for seed in seeds:
        generator = torch.Generator("cpu").manual_seed(seed)
        images += pipeline(
            options.prompt, num_inference_steps=options.steps, guidance_scale=options.guidance_scale,
            eta=eta, generator=generator).images
    return images


def generated_by_fleet(sampler, spacing, options):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "image.png")
        command = [ROOT / "deploy/fleet", "generate", options.prompt, "--url", options.url, "-o", file]
        command += ["--sampler", sampler, "--steps", options.steps, "--guidance-scale", options.guidance_scale]
        command += ["--timestep-spacing", spacing] if spacing else []
        command += ["--seed", options.seed, "--count", options.count]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        files = [file] if options.count == 1 else [file.with_stem(f"image-{i}") for i in range(options.count)]
        return [Image.open(file).convert("RGB") for file in files]


def described(ratio):
    return "identical" if ratio == math.inf else f"{ratio:.1f} dB"


def psnr(a, b):
    difference = numpy.asarray(a, float) - numpy.asarray(b, float)
    mean_square = (difference**2).mean()
    return 10 * math.log10(255**2 / mean_square) if mean_square else math.inf


if __name__ == "__main__":
    main()
