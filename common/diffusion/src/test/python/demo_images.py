"""Reference images that diffusers generates with the demo model, at sizes that the UNet cannot halve evenly.

This script writes ../resources/golden/demo/images.safetensors. Run it only if you change this file:

    pip install torch diffusers transformers safetensors
    python demo_images.py ../resources/golden/demo/images.safetensors

For each WIDTHxHEIGHT:

    WIDTHxHEIGHT.latent (1, 4, H, W)       the latent after 8 DDIM steps, with the scaling factor
    WIDTHxHEIGHT.image (1, 3, 4 H, 4 W)    the decoded image, -1 to 1
    WIDTHxHEIGHT.tiles_T                   the image decoded in tiles of T x T latent values

The metadata contains the prompt and the settings.
"""

import pathlib
import sys

import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

MODEL = pathlib.Path(__file__).resolve().parents[5] / "deploy/demo-model"
REQUEST = {"prompt": "a blue ring left of a yellow heart on a black background", "guidance": 5, "steps": 8, "seed": 7}
# The first size has latents of 18 x 26, which the UNet halves to 9 x 13 and 5 x 7. The second has odd latents, 19 x 11.
SIZES = [(72, 104), (76, 44)]
TILES = [8, 16]  # 16 is the size in the autoencoder's config


def main():
    pipeline = StableDiffusionPipeline.from_pretrained(MODEL, torch_dtype=torch.float32)
    pipeline.check_inputs = lambda *_, **__: None  # the check requires multiples of 8, but this autoencoder has factor 4
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
