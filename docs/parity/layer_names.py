"""The layers of an SDXL UNet with sd-scripts' names, as diffusers maps them, for UNetLayersTest.

    python layer_names.py ../../common/safetensors/src/test/resources/sdxl-layers.txt

Each line has sd-scripts' name and diffusers' name. Only the first and the last transformer block of each attention are
listed. The script fails if diffusers maps sd-scripts' name to another layer. It needs torch and diffusers.
"""

import pathlib
import sys

import torch
from adapter_references import sd_scripts_name
from diffusers import UNet2DConditionModel
from diffusers.loaders.lora_conversion_utils import (
    _convert_non_diffusers_lora_to_diffusers, _maybe_map_sgm_blocks_to_diffusers)

SDXL = dict(
    block_out_channels=[32, 64, 64], norm_num_groups=8, layers_per_block=2, transformer_layers_per_block=[1, 2, 10],
    down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], attention_head_dim=8,
    cross_attention_dim=8, addition_embed_type="text_time", addition_time_embed_dim=8,
    projection_class_embeddings_input_dim=56, use_linear_projection=True)


def mapped(name, config):
    """The layer to which diffusers maps a tensor of this layer."""
    tensors = {f"lora_unet_{name}.{factor}.weight": torch.zeros(1) for factor in ("lora_down", "lora_up")}
    tensors = _maybe_map_sgm_blocks_to_diffusers(tensors, config)
    tensors, _ = _convert_non_diffusers_lora_to_diffusers(tensors)
    key = next(key for key in tensors if ".down." in key or "_lora.down" in key)
    layer = key.removeprefix("unet.").replace(".processor.", ".")
    for suffix in ("_lora.down.weight", ".lora.down.weight"):
        layer = layer.removesuffix(suffix)
    return layer + ".0" if layer.endswith("to_out") else layer


def main(file):
    with torch.device("meta"):
        unet = UNet2DConditionModel(**SDXL)
    lines = []
    for layer, module in unet.named_modules():
        if not isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)):
            continue
        name = sd_scripts_name(layer, 2).replace(".", "_")
        found = mapped(name, unet.config)
        if found != layer:
            sys.exit(f"{name}: expected {layer}, found {found}")
        if not any(f"transformer_blocks.{block}." in layer for block in range(1, 9)):
            lines.append(f"{name} {layer}\n")
    file.write_text("".join(lines))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
