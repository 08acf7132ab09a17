"""Reference latents of inpainting from diffusers, for ParityTest.

    python docs/parity/inpainting.py MODEL...              # writes MODEL/expected_inpainting.safetensors
    python docs/parity/inpainting.py --make TOKENIZER DIR  # makes a small random inpainting model first, whose UNet has 9 channels

Needs torch, transformers, diffusers and safetensors. The references come from StableDiffusionInpaintPipeline and
StableDiffusionXLInpaintPipeline. Image and mask are larger than the generated image, so that the pipelines resize them, and the
mask has colors and soft edges, so that the pipelines convert it. docs/parity.md describes the tensors.
"""

import json
import pathlib
import shutil
import sys

import numpy
import torch
from diffusers import (
    AutoencoderKL, DDIMScheduler, DiffusionPipeline, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler, LCMScheduler, PNDMScheduler, StableDiffusionInpaintPipeline, StableDiffusionXLInpaintPipeline,
    UNet2DConditionModel, UniPCMultistepScheduler)
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

PROMPT, NEGATIVE, GUIDANCE, STEPS, SEED = "a large blue star left of a red ring", "green", 5.0, 6, 77
STRENGTHS = [0.6, 1.0]
LATENT = (8, 12)  # height and width; diffusers requires multiples of 8 pixels
SAMPLERS = {
    "ddim": (DDIMScheduler, {}),
    "euler": (EulerDiscreteScheduler, {}),
    "euler_karras": (EulerDiscreteScheduler, {"use_karras_sigmas": True}),
    "euler_ancestral": (EulerAncestralDiscreteScheduler, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, {}),
    "dpmpp_2m_karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "lcm": (LCMScheduler, {}),
    "pndm": (PNDMScheduler, {"skip_prk_steps": True}),
    "unipc": (UniPCMultistepScheduler, {}),
}


class WholePndm:
    """PNDM runs its second step twice, so its list of timesteps repeats one timestep. diffusers truncates that list at a lower
    strength. This mixin builds the list from the remaining timesteps instead; for the reason, see Pndm.java."""

    def get_timesteps(self, num_inference_steps, strength, *others, **named):
        timesteps, made = super().get_timesteps(num_inference_steps, strength, *others, **named)
        if isinstance(self.scheduler, PNDMScheduler):
            once = torch.from_numpy(self.scheduler._timesteps[::-1].copy())[num_inference_steps - made:]
            timesteps = torch.cat([once[:2], once[1:]])
        return timesteps, made


class Inpaint(WholePndm, StableDiffusionInpaintPipeline):
    pass


class InpaintXL(WholePndm, StableDiffusionXLInpaintPipeline):
    pass


def pictures(height, width):
    """A random image and a mask: a disc with a soft edge, whose color differs from white."""
    pixels = numpy.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=numpy.uint8)
    y, x = numpy.mgrid[0:height, 0:width]
    distance = numpy.hypot(y - height / 2, x - width / 3)
    disc = numpy.clip((height * 0.55 - distance) * 40, 0, 255)
    mask = numpy.stack([disc, disc * 0.9, disc * 0.6], axis=-1).astype(numpy.uint8)
    return Image.fromarray(pixels), Image.fromarray(mask)


def tensor(picture):
    return torch.from_numpy(numpy.array(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1


def references(folder):
    source = DiffusionPipeline.from_pretrained(folder, safety_checker=None, dtype=torch.float32)
    xl = hasattr(source, "text_encoder_2")
    parts = {name: part for name, part in source.components.items() if name not in ("safety_checker", "image_encoder")}
    pipeline = InpaintXL(**parts) if xl else Inpaint(**parts, safety_checker=None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    config = pipeline.scheduler.config
    height, width = (side * pipeline.vae_scale_factor for side in LATENT)
    image, mask = pictures(height * 3 // 2, width * 3 // 2)
    whole = pipeline.mask_processor.preprocess(mask, height=height, width=width)
    latent_mask = torch.nn.functional.interpolate(whole, size=LATENT)
    assert 0 < latent_mask.mean() < 1
    tensors, cases = {"image": tensor(image), "mask": tensor(mask), "mask.latent": latent_mask}, []
    for sampler, (scheduler, options) in SAMPLERS.items():
        for strength in STRENGTHS:
            trajectory = []

            def keep(_, step, timestep, values):
                trajectory.append(values["latents"].clone())
                return values

            pipeline.scheduler = scheduler.from_config(config, **options)
            name = f"{sampler}_{int(strength * 100)}"
            pipeline(
                PROMPT, image=image, mask_image=mask, height=height, width=width, strength=strength, num_inference_steps=STEPS,
                guidance_scale=GUIDANCE, negative_prompt=NEGATIVE, generator=torch.Generator().manual_seed(SEED),
                output_type="latent", callback_on_step_end=keep)
            tensors[f"{name}.trajectory"] = torch.cat(trajectory)
            cases.append({"name": name, "sampler": sampler, "strength": strength})
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    save_file(tensors, folder / "expected_inpainting.safetensors", metadata=dict(
        prompt=PROMPT, negative=NEGATIVE, guidance=str(GUIDANCE), steps=str(STEPS), seed=str(SEED), cases=json.dumps(cases)))
    print(folder, "in_channels", pipeline.unet.config.in_channels, len(cases), "cases")


def make(tokenizer_folder, target):
    """A random model, with the tensors of its UNet: unet.sample, unet.timestep and context give unet.out."""
    torch.manual_seed(9)
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=9, out_channels=4, block_out_channels=(16, 32), layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=4, cross_attention_dim=24, norm_num_groups=8)
    vae = AutoencoderKL(
        block_out_channels=(8, 16), down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=16)
    text_encoder = CLIPTextModel(CLIPTextConfig(
        vocab_size=680, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3,
        max_position_embeddings=32, hidden_act="quick_gelu", eos_token_id=2, projection_dim=24)).eval()
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
        steps_offset=1)
    tokenizer = CLIPTokenizer.from_pretrained(tokenizer_folder)
    StableDiffusionInpaintPipeline(
        vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
        feature_extractor=None, requires_safety_checker=False).save_pretrained(target)
    shutil.rmtree(target / "tokenizer")
    shutil.copytree(tokenizer_folder, target / "tokenizer")
    with torch.no_grad():
        sample, context, timestep = torch.randn(3, 9, 6, 10), torch.randn(3, 7, 24), torch.tensor([980, 400, 3])
        out = unet(sample, timestep, context).sample
    save_file(
        {"unet.sample": sample, "context": context, "unet.timestep": timestep, "unet.out": out}, target / "expected.safetensors")


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    for model in sys.argv[3:] if sys.argv[1] == "--make" else sys.argv[1:]:
        references(pathlib.Path(model))
