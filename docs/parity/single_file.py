"""Writes a single-file checkpoint with random weights, and the folder that diffusers makes from it.

    python docs/parity/single_file.py sd1 float32 DIR      # also sd2 and sdxl, and float16
    ./mvnw -pl common/diffusion -am -Dtest=CheckpointFileTest -Dsurefire.failIfNoSpecifiedTests=false \
        -Dcheckpoints=DIR test

The shapes are those of the published models. DIR/sd1.safetensors has the names of the original implementations;
StableDiffusionPipeline.from_single_file reads it, and save_pretrained writes DIR/folders/sd1. The test requires that both
give the same tensors and configs, and with -Dcheckpoints.precision=FLOAT32 also the same image.

Needs torch, diffusers, transformers, accelerate and safetensors. For SDXL in float16, it needs 16 GB of memory.
"""

import gc
import gzip
import json
import pathlib
import re
import shutil
import sys

import accelerate
import diffusers
import torch
import transformers
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
MERGES = ROOT / "common/diffusion/src/main/resources/io/lorafleet/diffusion/text/clip-merges.txt.gz"
DEEP = {
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    "block_out_channels": [320, 640, 1280, 1280],
}
UNETS = {
    "sd1": DEEP | {"sample_size": 64, "attention_head_dim": 8, "cross_attention_dim": 768},
    "sd2": DEEP
    | {
        "sample_size": 96,
        "attention_head_dim": [5, 10, 20, 20],
        "cross_attention_dim": 1024,
        "use_linear_projection": True,
    },
    "sdxl": {
        "down_block_types": ["DownBlock2D"] + ["CrossAttnDownBlock2D"] * 2,
        "up_block_types": ["CrossAttnUpBlock2D"] * 2 + ["UpBlock2D"],
        "block_out_channels": [320, 640, 1280],
        "sample_size": 128,
        "attention_head_dim": [5, 10, 20],
        "cross_attention_dim": 2048,
        "use_linear_projection": True,
        "transformer_layers_per_block": [1, 2, 10],
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    },
}
VAE = {
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "layers_per_block": 2,
}


def clip(width, layers, heads, act, projection):
    return transformers.CLIPTextConfig(
        hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers, num_attention_heads=heads,
        hidden_act=act, projection_dim=projection, eos_token_id=2)


CLIP_L = clip(768, 12, 12, "quick_gelu", 768)
TEXTS = {
    "sd1": [("cond_stage_model.transformer.", CLIP_L)],
    "sd2": [("cond_stage_model.model.", clip(1024, 23, 16, "gelu", 512))],
    "sdxl": [
        ("conditioner.embedders.0.transformer.", CLIP_L),
        ("conditioner.embedders.1.model.", clip(1280, 32, 20, "gelu", 1280)),
    ],
}
SCHEDULERS = {"sd1": "PNDMScheduler", "sd2": "DDIMScheduler", "sdxl": "EulerDiscreteScheduler"}
SIZES = {"sd1": 512, "sd2": 768, "sdxl": 1024}
SCALES = {"sd1": 0.18215, "sd2": 0.18215, "sdxl": 0.13025}
RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
    "conv2": "out_layers.3", "conv_shortcut": "skip_connection",
}
ENDS = {
    "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2",
}


def unet_name(name, attends):
    """The name in latent diffusion; every resolution has two layers (three in the upsampling half)."""
    layer, _, kind = name.rpartition(".")
    if layer in ENDS:
        return f"{ENDS[layer]}.{kind}"
    if match := re.match(r"mid_block\.(resnets|attentions)\.(\d)\.(.+)", name):
        block, index, rest = match.groups()
        return f"middle_block.{2 * int(index)}.{resnet(rest)}" if block == "resnets" else f"middle_block.1.{rest}"
    half, i, block, j, rest = re.match(r"(down|up)_blocks\.(\d)\.(\w+)\.(\d)\.(.+)", name).groups()
    first = 1 + 3 * int(i) if half == "down" else 3 * int(i)
    side = "input_blocks" if half == "down" else "output_blocks"
    if block == "resnets":
        return f"{side}.{first + int(j)}.0.{resnet(rest)}"
    if block == "attentions":
        return f"{side}.{first + int(j)}.1.{rest}"
    if block == "downsamplers":
        return f"{side}.{first + 2}.0.op.{kind}"
    return f"{side}.{first + 2}.{2 if attends[int(i)] else 1}.conv.{kind}"


def resnet(rest):
    layer, _, kind = rest.rpartition(".")
    return f"{RESNET[layer]}.{kind}"


def vae_name(name):
    for pattern, new in [
        (r"(.+)\.down_blocks\.(\d)\.resnets\.(\d)\.(.+)", r"\1.down.\2.block.\3.\4"),
        (r"(.+)\.down_blocks\.(\d)\.downsamplers\.0\.(.+)", r"\1.down.\2.downsample.\3"),
        (r"(.+)\.up_blocks\.(\d)\.resnets\.(\d)\.(.+)", r"\1.up.REV\2.block.\3.\4"),
        (r"(.+)\.up_blocks\.(\d)\.upsamplers\.0\.(.+)", r"\1.up.REV\2.upsample.\3"),
        (r"(.+)\.mid_block\.resnets\.0\.(.+)", r"\1.mid.block_1.\2"),
        (r"(.+)\.mid_block\.resnets\.1\.(.+)", r"\1.mid.block_2.\2"),
        (r"(.+)\.mid_block\.attentions\.0\.group_norm\.(.+)", r"\1.mid.attn_1.norm.\2"),
        (r"(.+)\.mid_block\.attentions\.0\.to_([qkv])\.(.+)", r"\1.mid.attn_1.\2.\3"),
        (r"(.+)\.mid_block\.attentions\.0\.to_out\.0\.(.+)", r"\1.mid.attn_1.proj_out.\2"),
    ]:
        name = re.sub(f"^{pattern}$", new, name)
    name = re.sub(r"REV(\d)", lambda match: str(3 - int(match[1])), name)
    return name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")


def empty(model_class, config):
    with accelerate.init_empty_weights():
        return model_class.from_config(config) if hasattr(model_class, "from_config") else model_class(config)


def shapes(model_class, config):
    return {name: tensor.shape for name, tensor in empty(model_class, config).state_dict().items()}


def whole_config(model_class, config):
    """The config with all fields, which diffusers' conversion requires."""
    return json.loads(empty(model_class, config).to_json_string())


def text_shapes(prefix, config):
    names = {}
    width = config.hidden_size
    hugging_face = shapes(transformers.CLIPTextModel, config) if "transformer" in prefix else {}
    for name, shape in hugging_face.items():
        names[prefix + "text_model." + name.removeprefix("text_model.")] = shape
    if hugging_face:
        return names
    layers = config.num_hidden_layers + (config.num_hidden_layers == 23)  # SD 2.x skips the last layer
    for i in range(layers):
        block = f"{prefix}transformer.resblocks.{i}."
        for norm in ("ln_1", "ln_2"):
            names |= {f"{block}{norm}.weight": (width,), f"{block}{norm}.bias": (width,)}
        for layer, rows, columns in [("mlp.c_fc", 4 * width, width), ("mlp.c_proj", width, 4 * width),
                                     ("attn.out_proj", width, width)]:
            names |= {f"{block}{layer}.weight": (rows, columns), f"{block}{layer}.bias": (rows,)}
        names |= {f"{block}attn.in_proj_weight": (3 * width, width), f"{block}attn.in_proj_bias": (3 * width,)}
    names |= {f"{prefix}ln_final.weight": (width,), f"{prefix}ln_final.bias": (width,)}
    names |= {f"{prefix}token_embedding.weight": (49408, width), f"{prefix}positional_embedding": (77, width)}
    return names | {f"{prefix}text_projection": (width, width), f"{prefix}logit_scale": ()}


def checkpoint_shapes(kind):
    unet = UNETS[kind]
    attends = ["Cross" in block for block in unet["up_block_types"]]
    names = {
        "model.diffusion_model." + unet_name(name, attends): shape
        for name, shape in shapes(diffusers.UNet2DConditionModel, unet).items()
    }
    for name, shape in shapes(diffusers.AutoencoderKL, VAE).items():
        convolution = re.search(r"attentions\.0\.to_.+weight", name)
        names["first_stage_model." + vae_name(name)] = (*shape, 1, 1) if convolution else shape
    for prefix, config in TEXTS[kind]:
        names |= text_shapes(prefix, config)
    return names


def write_tokenizer(folder, pad):
    folder.mkdir(parents=True)
    merges = gzip.decompress(MERGES.read_bytes()).decode()
    (folder / "merges.txt").write_text(merges)
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    pairs = [line.replace(" ", "") for line in merges.splitlines()[1:]]
    tokens = letters + [letter + "</w>" for letter in letters] + pairs + ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    end = "<|endoftext|>"
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "bos_token": "<|startoftext|>",
              "eos_token": end, "unk_token": end, "pad_token": pad}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def write_configs(kind, folder):
    def write(part, config, name="config.json"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part / name).write_text(json.dumps(config))

    index = {
        "_class_name": "StableDiffusionXLPipeline" if kind == "sdxl" else "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "scheduler": ["diffusers", SCHEDULERS[kind]],
    }
    vae = VAE | {"scaling_factor": SCALES[kind], "sample_size": SIZES[kind]}
    write("unet", whole_config(diffusers.UNet2DConditionModel, UNETS[kind]))
    write("vae", whole_config(diffusers.AutoencoderKL, vae))
    write("scheduler", {
        "_class_name": SCHEDULERS[kind], "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "clip_sample": False, "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1,
        "timestep_spacing": "leading", "prediction_type": "v_prediction" if kind == "sd2" else "epsilon",
    }, "scheduler_config.json")
    for i, (prefix, config) in enumerate(TEXTS[kind]):
        suffix = "_2" if i else ""
        projected = "WithProjection" if i else ""
        index |= {f"text_encoder{suffix}": ["transformers", f"CLIPTextModel{projected}"],
                  f"tokenizer{suffix}": ["transformers", "CLIPTokenizer"]}
        write(f"text_encoder{suffix}", config.to_dict() | {"architectures": [f"CLIPTextModel{projected}"]})
        write_tokenizer(folder / f"tokenizer{suffix}", "!" if config.hidden_act == "gelu" else "<|endoftext|>")
    if kind == "sdxl":
        index["force_zeros_for_empty_prompt"] = True
    else:
        index |= {"safety_checker": [None, None], "feature_extractor": [None, None], "requires_safety_checker": False}
    (folder / "model_index.json").write_text(json.dumps(index))


def main():
    kind, dtype, directory = sys.argv[1], getattr(torch, sys.argv[2]), pathlib.Path(sys.argv[3])
    file = directory / f"{kind}.safetensors"
    configs = directory / "configs" / kind
    write_configs(kind, configs)
    generator = torch.Generator().manual_seed(0)
    tensors = {
        name: (0.02 * torch.randn(shape, generator=generator)).to(dtype) for name, shape in checkpoint_shapes(kind).items()
    }
    # SD 2.x checkpoints must state what they predict; sd-scripts writes this metadata.
    save_file(tensors, file, {"modelspec.prediction_type": "v"} if kind == "sd2" else {})
    print(f"{file}: {len(tensors)} tensors, {file.stat().st_size / 1e9:.1f} GB")
    del tensors
    gc.collect()
    pipeline_class = diffusers.StableDiffusionXLPipeline if kind == "sdxl" else diffusers.StableDiffusionPipeline
    pipeline = pipeline_class.from_single_file(
        str(file), config=str(configs), torch_dtype=dtype, local_files_only=True)
    folder = directory / "folders" / kind
    pipeline.save_pretrained(folder, safe_serialization=True)
    for tokenizer in configs.glob("tokenizer*"):  # transformers 5 writes tokenizer.json instead of vocab.json
        shutil.copytree(tokenizer, folder / tokenizer.name, dirs_exist_ok=True)


main()
