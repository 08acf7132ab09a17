"""Records sampling loops of diffusers in which guidance is applied in a part of the steps.

    python docs/parity/guidance_interval.py FOLDER...      # for example common/diffusion/src/test/resources/golden/sd1

Writes expected_guidance.safetensors into each pipeline folder, in the format that docs/parity.md describes. Needs torch,
diffusers, transformers and safetensors. The interval is rounded as in diffusers' ClassifierFreeGuidance guider.
"""

import json
import sys
from pathlib import Path

import diffusers
import torch
from diffusers import DiffusionPipeline
from safetensors.torch import save_file

PROMPT, NEGATIVE, GUIDANCE = "a red star", "blue", 5.0
SCHEDULERS = {
    "ddim": "DDIMScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
    "heun": "HeunDiscreteScheduler",
    "pndm": "PNDMScheduler",
}
CASES = [
    {"name": "ddim_first_80_percent", "sampler": "ddim", "steps": 10, "start": 0.0, "end": 0.8},
    {"name": "ddim_last_half", "sampler": "ddim", "steps": 6, "start": 0.5, "end": 1.0},
    {"name": "dpmpp_2m_middle", "sampler": "dpmpp_2m", "steps": 7, "start": 0.2, "end": 0.7},
    {"name": "heun_middle", "sampler": "heun", "steps": 5, "start": 0.2, "end": 0.8},
    {"name": "pndm_first_step", "sampler": "pndm", "steps": 5, "start": 0.0, "end": 0.2},
]


def step_of(sampler, evaluation):
    """The step that a model evaluation belongs to."""
    if sampler == "heun":
        return evaluation // 2
    return max(evaluation - 1, 0) if sampler == "pndm" else evaluation


def loop(pipeline, case, latent, context, added):
    settings = {"skip_prk_steps": True} if case["sampler"] == "pndm" else {}
    scheduler = getattr(diffusers, SCHEDULERS[case["sampler"]]).from_config(pipeline.scheduler.config, **settings)
    scheduler.set_timesteps(case["steps"])
    latent = latent * scheduler.init_noise_sigma
    trajectory = []
    first, end = int(case["start"] * case["steps"]), int(case["end"] * case["steps"])
    for i, timestep in enumerate(scheduler.timesteps):
        scaled = scheduler.scale_model_input(latent, timestep)
        if first <= step_of(case["sampler"], i) < end:
            both = pipeline.unet(torch.cat([scaled, scaled]), timestep, context, added_cond_kwargs=added).sample
            uncond, cond = both.chunk(2)
            output = uncond + GUIDANCE * (cond - uncond)
        else:
            conditions = None if added is None else {key: value[1:] for key, value in added.items()}
            output = pipeline.unet(scaled, timestep, context[1:], added_cond_kwargs=conditions).sample
        latent = scheduler.step(output, timestep, latent).prev_sample
        trajectory.append(latent)
    return torch.cat(trajectory)


@torch.no_grad()
def main(folders):
    for folder in map(Path, folders):
        pipeline = DiffusionPipeline.from_pretrained(folder)
        for encoder in (pipeline.text_encoder, getattr(pipeline, "text_encoder_2", None)):
            if encoder is not None and not hasattr(encoder, "text_model"):  # removed by transformers 5
                encoder.__dict__["text_model"] = encoder
        size = pipeline.unet.config.sample_size
        pixels = size * pipeline.vae_scale_factor
        added = None
        if hasattr(pipeline, "text_encoder_2"):
            cond, uncond, pooled, no_pooled = pipeline.encode_prompt(PROMPT, negative_prompt=NEGATIVE)
            sizes = torch.tensor([[pixels, pixels, 0, 0, pixels, pixels]] * 2, dtype=torch.float32)
            added = {"text_embeds": torch.cat([no_pooled, pooled]), "time_ids": sizes}
        else:
            cond, uncond = pipeline.encode_prompt(PROMPT, "cpu", 1, True, NEGATIVE)
        context = torch.cat([uncond, cond])
        initial = torch.randn((1, pipeline.unet.config.in_channels, size, size), generator=torch.Generator().manual_seed(7))
        tensors = {"initial": initial}
        for case in CASES:
            tensors[case["name"] + ".trajectory"] = loop(pipeline, case, initial, context, added)
        metadata = {"prompt": PROMPT, "negative": NEGATIVE, "guidance": str(GUIDANCE), "cases": json.dumps(CASES)}
        save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "expected_guidance.safetensors", metadata)
        print(folder, {name: tuple(tensor.shape) for name, tensor in tensors.items()})


if __name__ == "__main__":
    main(sys.argv[1:])
