"""Reference images that diffusers generates with the demo model, at sizes that are not divisible by two.

This script creates ../resources/golden/demo/images.safetensors, so that Python is needed only to change it:

    pip install torch diffusers transformers safetensors
    python demo_images.py ../resources/golden/demo/images.safetensors

For each WIDTHxHEIGHT:

    WIDTHxHEIGHT.latent (1, 4, H, W)       after 8 DDIM steps, as the UNet works on it
    WIDTHxHEIGHT.image (1, 3, 4 H, 4 W)    the decoded latent, -1 to 1
    WIDTHxHEIGHT.tiles_T                   the latent decoded in tiles of T latent values

The metadata contains the request.
"""

import pathlib
import sys

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

MODEL = pathlib.Path(__file__).resolve().parents[5] / "deploy/demo-model"
REQUEST = {"prompt": "a blue ring left of a yellow heart on a black background", "guidance": 5, "steps": 8, "seed": 7}
# Latents of 18 x 26, which the UNet halves to 9 x 13 and 5 x 7, and of 19 x 11, odd from the start.
SIZES = [(72, 104), (76, 44)]
TILES = [8, 16]  # 16 is the size in the autoencoder's config


def main():
    pipeline = StableDiffusionPipeline.from_pretrained(MODEL, torch_dtype=torch.float32)
    pipeline.check_inputs = lambda *_, **__: None  # the check requires multiples of 8
    tensors = {}
    for width, height in SIZES:
        name = f"{width}x{height}"
        latent = pipeline(
            REQUEST["prompt"], guidance_scale=REQUEST["guidance"], num_inference_steps=REQUEST["steps"], width=width,
            height=height, generator=torch.Generator("cpu").manual_seed(REQUEST["seed"]), output_type="latent").images
        tensors[f"{name}.latent"] = latent
        tensors[f"{name}.image"] = decode(pipeline.vae, latent)
        for tile in TILES:
            tensors[f"{name}.tiles_{tile}"] = decode_tiled(pipeline.vae, latent, tile)
    metadata = {key: str(value) for key, value in REQUEST.items()}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, sys.argv[1], metadata)


@torch.no_grad()
def decode(vae, latent):
    return vae.decode(latent / vae.config.scaling_factor).sample


def decode_tiled(vae, latent, tile):
    vae.enable_tiling()
    own = vae.tile_latent_min_size, vae.tile_sample_min_size
    vae.tile_latent_min_size, vae.tile_sample_min_size = tile, tile * own[1] // own[0]
    try:
        return decode(vae, latent)
    finally:
        vae.tile_latent_min_size, vae.tile_sample_min_size = own
        vae.disable_tiling()


if __name__ == "__main__":
    main()
