"""Records trajectories of diffusers' schedulers with a zero terminal signal-to-noise ratio, for SamplerParityTest.

    python docs/parity/scheduler_trajectories.py common/diffusion/src/test/resources/golden/schedulers

Needs torch, diffusers and safetensors. The model is a stand-in, a function of its input and the timestep. The files have
the format that docs/parity.md describes.
"""

import json
import pathlib
import sys

import diffusers
import torch
from safetensors.torch import save_file

SHAPE = (2, 4, 4, 4)
STEPS = (7, 20)
TRAINED = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
}
TRAILING = {"timestep_spacing": "trailing"}
NOT_CLIPPED = {"clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1}
SCHEDULERS = {
    "ddim_zsnr": ("DDIMScheduler", TRAILING | NOT_CLIPPED),
    "ddim_zsnr_leading": ("DDIMScheduler", NOT_CLIPPED),
    "euler_zsnr": ("EulerDiscreteScheduler", TRAILING),
    "euler_zsnr_karras": ("EulerDiscreteScheduler", TRAILING | {"use_karras_sigmas": True}),
    "euler_ancestral_zsnr": ("EulerAncestralDiscreteScheduler", TRAILING),
    "dpmpp_2m_zsnr": ("DPMSolverMultistepScheduler", TRAILING),
    "dpmpp_2m_zsnr_karras": ("DPMSolverMultistepScheduler", TRAILING | {"use_karras_sigmas": True}),
    "unipc_zsnr": ("UniPCMultistepScheduler", TRAILING),
    "lcm_zsnr": ("LCMScheduler", NOT_CLIPPED),
    "pndm_zsnr": ("PNDMScheduler", NOT_CLIPPED | {"skip_prk_steps": True}),
}


def record(name, steps, options):
    scheduler_class = getattr(diffusers, name)
    config = TRAINED | options
    scheduler = scheduler_class.from_config(config)
    scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(steps)
    initial = torch.randn(SHAPE, generator=generator)
    latent = initial * scheduler.init_noise_sigma
    noise, outputs, inputs, trajectory = [], [], [], []

    def recorded_noise(*args, **kwargs):
        noise.append(torch.randn(SHAPE, generator=generator))
        return noise[-1]

    module = sys.modules[scheduler_class.__module__]
    module.randn_tensor, original = recorded_noise, getattr(module, "randn_tensor", None)
    for timestep in scheduler.timesteps:
        inputs.append(scheduler.scale_model_input(latent, timestep))
        outputs.append(0.9 * torch.tanh(inputs[-1]) + 0.05 * torch.sin(timestep.float() / 100))
        latent = scheduler.step(outputs[-1], timestep, latent).prev_sample
        trajectory.append(latent)
    module.randn_tensor = original
    tensors = {
        "initial": initial,
        "model_output": torch.stack(outputs),
        "model_input": torch.stack(inputs),
        "trajectory": torch.stack(trajectory),
        "timesteps": scheduler.timesteps.float(),
    }
    if noise:
        tensors["noise"] = torch.stack(noise)
    return tensors, {"class": name, "config": json.dumps(config), "diffusers": diffusers.__version__}


folder = pathlib.Path(sys.argv[1])
for file, (name, options) in SCHEDULERS.items():
    for steps in STEPS:
        tensors, metadata = record(name, steps, options)
        save_file({key: value.contiguous() for key, value in tensors.items()}, folder / f"{file}_{steps}.safetensors", metadata)
