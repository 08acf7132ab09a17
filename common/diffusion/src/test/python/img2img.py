"""Image-to-image references from diffusers with the demo model, for ImageToImageTest and the fleet's tests.

    python img2img.py ../../../../../deploy/demo-model

This script writes expected_img2img.safetensors next to expected_images.safetensors, whose first image is the init
image. The output contains each sampler's final latent, at the strength in the metadata and at strength 1, and DDIM's
image (-1 to 1). The script needs torch, torchsde, transformers and diffusers.
"""

import pathlib
import sys

import numpy
import torch
from diffusers import (
    DDIMScheduler, DEISMultistepScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler, HeunDiscreteScheduler, LCMScheduler, PNDMScheduler, StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline, TCDScheduler, UniPCMultistepScheduler)
from diffusers.schedulers.scheduling_dpmsolver_sde import DPMSolverSDEScheduler
from PIL import Image
from safetensors.torch import load_file, save_file

PROMPT = "a large blue star on a white background"
NEGATIVE = "red"
GUIDANCE, STEPS, STRENGTH, SEED = 5.0, 20, 0.6, 4321


class SeededDpmSde(DPMSolverSDEScheduler):
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


SAMPLERS = {
    "ddim": (DDIMScheduler, {}),
    "euler": (EulerDiscreteScheduler, {}),
    "euler_karras": (EulerDiscreteScheduler, {"use_karras_sigmas": True}),
    "euler_ancestral": (EulerAncestralDiscreteScheduler, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, {}),
    "dpmpp_2m_karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "dpmpp_3m_sde": (DPMSolverMultistepScheduler, {"algorithm_type": "sde-dpmsolver++", "solver_order": 3}),
    "dpmpp_sde": (SeededDpmSde, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "deis": (DEISMultistepScheduler, {}),
    "lcm": (LCMScheduler, {}),
    "tcd": (TCDScheduler, {}),
    "pndm": (PNDMScheduler, {"skip_prk_steps": True}),
    "unipc": (UniPCMultistepScheduler, {}),
}


# The default of TCDScheduler.step. diffusers' pipelines pass 0 unless told otherwise.
ETA = {"tcd": 0.3}


class Pipeline(StableDiffusionImg2ImgPipeline):
    """PNDM runs its second step twice, so its list of timesteps repeats one timestep. The pipeline truncates that list.
    This class builds the list from the remaining timesteps instead; for the reason, see Pndm.java."""

    def get_timesteps(self, steps, strength, device):
        timesteps, made = super().get_timesteps(steps, strength, device)
        if isinstance(self.scheduler, PNDMScheduler):
            once = torch.from_numpy(self.scheduler._timesteps[::-1].copy())[steps - made:]
            timesteps = torch.cat([once[:2], once[1:]])
        return timesteps, made


def main(folder):
    text_to_image = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, dtype=torch.float32)
    parts = {name: part for name, part in text_to_image.components.items() if name != "safety_checker"}
    pipeline = Pipeline(**parts, safety_checker=None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    config = pipeline.scheduler.config
    drawn = load_file(folder / "expected_images.safetensors")["seed1234.image"]
    pixels = ((drawn[0].permute(1, 2, 0).numpy() / 2 + 0.5).clip(0, 1) * 255).round().astype(numpy.uint8)
    tensors = {}
    for name, (scheduler, options) in SAMPLERS.items():
        for strength, suffix in (STRENGTH, ""), (1.0, ".strength1"):
            pipeline.scheduler = scheduler.from_config(config, **options)
            latent = pipeline(
                PROMPT, Image.fromarray(pixels), strength, STEPS, guidance_scale=GUIDANCE, negative_prompt=NEGATIVE,
                eta=ETA.get(name, 0.0), generator=torch.Generator().manual_seed(SEED), output_type="latent").images
            tensors[f"{name}{suffix}.latent"] = latent.contiguous()
    with torch.no_grad():
        scaled = tensors["ddim.latent"] / pipeline.vae.config.scaling_factor
        tensors["ddim.image"] = pipeline.vae.decode(scaled).sample.contiguous()
    save_file(tensors, folder / "expected_img2img.safetensors", metadata=dict(
        prompt=PROMPT, negative=NEGATIVE, guidance=str(GUIDANCE), steps=str(STEPS), strength=str(STRENGTH),
        seed=str(SEED)))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
