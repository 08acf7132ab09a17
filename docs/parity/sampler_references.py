"""Records trajectories of diffusers' schedulers at every timestep spacing and with explicit schedules, for SamplerParityTest.

    python docs/parity/sampler_references.py common/diffusion/src/test/resources/golden/schedules

Needs torch, diffusers and safetensors. The model is a stand-in, a function of its input and the timestep. The files have
the format that docs/parity.md describes.
"""

import json
import pathlib
import sys
import types

try:
    import torchsde  # noqa: F401
except ImportError:
    # diffusers imports DPMSolverSDEScheduler only if this package exists. The scheduler uses it for its noise alone,
    # which this script replaces.
    import importlib.machinery
    import importlib.metadata

    module = types.ModuleType("torchsde")
    module.__spec__ = importlib.machinery.ModuleSpec("torchsde", None)
    sys.modules["torchsde"] = module

import diffusers
import diffusers.utils.import_utils
import torch
from diffusers.schedulers.scheduling_dpmsolver_sde import DPMSolverSDEScheduler
from safetensors.torch import save_file

SHAPE = (1, 4, 2, 3)
STABLE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
SDE = {"algorithm_type": "sde-dpmsolver++", "solver_order": 3}
SCHEDULERS = {
    "ddim": ("DDIMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_karras": ("EulerDiscreteScheduler", {"use_karras_sigmas": True}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpmpp_3m_sde": ("DPMSolverMultistepScheduler", SDE),
    "dpmpp_sde": ("DPMSolverSDEScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "deis": ("DEISMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
}
SPACINGS = ("leading", "linspace", "trailing")
PREDICTIONS = {"eps": "epsilon", "v": "v_prediction"}
# Some solvers reduce their order in schedules with fewer than 15 steps.
LONG = {"dpmpp_3m_sde": 16, "deis": 16}
EXPLICIT = [999, 749, 499, 249]
UNEVEN = [981, 810, 601, 333, 120, 19]
AYS = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.0]


class BrownianMotion:
    """Noise of DPMSolverSDEScheduler: increments of one Brownian motion, drawn from the recorded generator in order."""

    def __init__(self, draw):
        self.draw, self.sigma, self.position, self.middle = draw, None, None, None

    def __call__(self, sigma, sigma_next):
        sigma, sigma_next = float(sigma), float(sigma_next)
        if self.sigma != sigma:  # the first half of a step
            first = self.draw()
            self.sigma, self.middle, self.position = sigma, sigma_next, (sigma - sigma_next) ** 0.5 * first
            return first
        second = (self.middle - sigma_next) ** 0.5 * self.draw()
        self.sigma = None
        return (self.position + second) / (sigma - sigma_next) ** 0.5


def record(name, config, steps=None, timesteps=None, sigmas=None, eta=None):
    scheduler_class = DPMSolverSDEScheduler if name == "DPMSolverSDEScheduler" else getattr(diffusers, name)
    scheduler = scheduler_class.from_config(config)
    settings = {key: value for key, value in {"timesteps": timesteps, "sigmas": sigmas}.items() if value is not None}
    if settings:
        scheduler.set_timesteps(**settings)
    else:
        scheduler.set_timesteps(steps)
    generator = torch.Generator().manual_seed(len(scheduler.timesteps))
    initial = torch.randn(SHAPE, generator=generator)
    latent = initial * scheduler.init_noise_sigma
    noise, outputs, inputs, trajectory = [], [], [], []

    def draw(*args, **kwargs):
        noise.append(torch.randn(SHAPE, generator=generator))
        return noise[-1]

    if name == "DPMSolverSDEScheduler":
        scheduler.noise_sampler = BrownianMotion(draw)
    module = sys.modules[scheduler_class.__module__]
    module.randn_tensor, original = draw, getattr(module, "randn_tensor", None)
    arguments = {} if eta is None else {"eta": eta}
    for timestep in scheduler.timesteps:
        inputs.append(scheduler.scale_model_input(latent, timestep))
        outputs.append(0.9 * torch.tanh(inputs[-1]) + 0.05 * torch.sin(timestep.float() / 100))
        latent = scheduler.step(outputs[-1], timestep, latent, **arguments).prev_sample
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
    metadata = {"class": name, "config": json.dumps(config), "diffusers": diffusers.__version__}
    if eta is not None:
        settings["eta"] = eta
    if settings:
        metadata["settings"] = json.dumps(settings)
    return tensors, metadata


def save(file, recorded):
    tensors, metadata = recorded
    save_file({key: value.float().contiguous() for key, value in tensors.items()}, file, metadata)


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for short, prediction in PREDICTIONS.items():
    for sampler, (name, options) in SCHEDULERS.items():
        for spacing in SPACINGS:
            config = STABLE | options | {"prediction_type": prediction, "timestep_spacing": spacing}
            for steps in {6, LONG.get(sampler, 6)}:
                save(folder / f"{sampler}_{spacing}_{short}_{steps}.safetensors", record(name, config, steps))
    for sampler in ("euler", "dpmpp_2m", "dpmpp_3m_sde", "heun", "lcm", "tcd"):
        name, options = SCHEDULERS[sampler]
        config = STABLE | options | {"prediction_type": prediction, "timestep_spacing": "leading"}
        for label, timesteps in {"even": EXPLICIT, "uneven": UNEVEN}.items():
            recorded = record(name, config, timesteps=timesteps)
            save(folder / f"{sampler}_timesteps_{label}_{short}_{len(timesteps)}.safetensors", recorded)
    config = STABLE | {"prediction_type": prediction, "timestep_spacing": "linspace"}
    save(folder / f"euler_sigmas_{short}_{len(AYS) - 1}.safetensors", record("EulerDiscreteScheduler", config, sigmas=AYS))
    for eta in (0.0, 0.7, 1.0):
        recorded = record("TCDScheduler", config, 4, eta=eta)
        save(folder / f"tcd_eta_{eta}_{short}_4.safetensors", recorded)
