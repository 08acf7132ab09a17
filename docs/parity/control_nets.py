"""Makes small random ControlNets, and records what diffusers computes with them, for ParityTest.

    python docs/parity/control_nets.py FOLDER...      # for example common/diffusion/src/test/resources/golden/sd1
    python docs/parity/control_nets.py --make FOLDER TARGET     # makes one random ControlNet for the pipeline in FOLDER, to try
    python docs/parity/control_nets.py --names FILE.json        # writes the names of SD 1.5's ControlNet, original and diffusers'

Writes the ControlNets to FOLDER/control and expected_controls.safetensors to FOLDER, in the format that docs/parity.md describes.
Needs torch, diffusers, transformers, peft and safetensors. The loops are those of diffusers' pipelines for
ControlNets, from noise and from an image. The layers whose weights are zero before training get random weights here, because a ControlNet
whose results are zero would show nothing.
"""

import json
import sys
from pathlib import Path

import diffusers
import numpy
import torch
from diffusers import (
    ControlNetModel, DiffusionPipeline, MultiControlNetModel, StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionControlNetPipeline, StableDiffusionXLControlNetImg2ImgPipeline, StableDiffusionXLControlNetPipeline)
from PIL import Image
from safetensors.torch import load_file, save_file

PROMPT, NEGATIVE = "a red star", "blue"
LATENT = (8, 12)  # height and width; diffusers requires multiples of 8 pixels
SCHEDULERS = {
    "ddim": "DDIMScheduler",
    "euler": "EulerDiscreteScheduler",
    "heun": "HeunDiscreteScheduler",
    "dpmpp_2m": "DPMSolverMultistepScheduler",
}
NETS = {
    "edges": {"conditioning_embedding_out_channels": (8, 12)},
    "depth": {"conditioning_embedding_out_channels": (4, 20), "controlnet_conditioning_channel_order": "bgr"},
}


def use(net, image="first", scale=1.0, start=0.0, end=1.0):
    return {"net": net, "image": image, "scale": scale, "start": start, "end": end}


def case(name, sampler, steps, controls, guidance=5.0, adapter=None, init=None):
    return {
        "name": name, "sampler": sampler, "steps": steps, "guidance": guidance, "controls": controls, "adapter": adapter,
        "init": init}


CASES = [
    case("guided", "ddim", 4, [use("edges")]),
    case("unguided", "euler", 4, [use("depth", scale=0.6)], guidance=1.0),
    case("without", "dpmpp_2m", 4, []),
    case("two", "ddim", 4, [use("edges", scale=0.8), use("depth", "second", scale=-0.5)]),
    case("two_in_another_order", "ddim", 4, [use("depth", "second", scale=1.2), use("edges", scale=0.3)]),
    case("one_twice", "euler", 3, [use("edges", scale=0.5), use("edges", "second", scale=0.7)]),
    case("interval", "ddim", 5, [use("edges", start=0.2, end=0.8), use("depth", "second", end=0.5)]),
    case("heun_interval", "heun", 3, [use("depth", start=0.3, end=0.9)]),
    case("with_adapter", "ddim", 4, [use("edges", "second")], adapter="attn_r4"),
    case("init_image", "euler", 5, [use("edges", end=0.7)], init={"image": "second", "strength": 0.6, "seed": 11}),
]


def random_net(unet, factor, seed, **settings):
    """A ControlNet of the UNet's shapes. Embeds condition images of `factor` times the latent's height and width."""
    torch.manual_seed(seed)
    layers = factor.bit_length()
    settings = {"conditioning_embedding_out_channels": tuple(8 * (i + 1) for i in range(layers)), **settings}
    net = ControlNetModel.from_unet(unet, load_weights_from_unet=False, **settings)
    zeros = [*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out]
    for layer in zeros:
        torch.nn.init.normal_(layer.weight, std=0.15)
        torch.nn.init.normal_(layer.bias, std=0.1)
    return net.half().float().eval()  # the file has half precision


def images(height, width):
    pixels = numpy.random.default_rng(5).integers(0, 256, (2, height, width, 3), dtype=numpy.uint8)
    return {"first": Image.fromarray(pixels[0]), "second": Image.fromarray(pixels[1])}


def tensor(picture):
    return torch.from_numpy(numpy.array(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1


def forwards(folder, unet, nets, factor):
    """Residuals and the UNet's output for rows with their own timesteps and texts, and latents that cannot be halved evenly."""
    inputs = load_file(folder / "expected.safetensors")
    sample, timesteps, context = (inputs[key] for key in ("unet.sample_rect", "unet.timestep", "context"))
    added = None
    if "time_ids" in inputs:
        added = {"text_embeds": inputs["text2.text_embeds"], "time_ids": inputs["time_ids"]}
    rows, _, height, width = sample.shape
    condition = torch.rand((rows, 3, height * factor, width * factor), generator=torch.Generator().manual_seed(3))
    tensors = {"condition": condition}
    for name, net in nets.items():
        skips, middle = net(
            sample, timesteps, context, condition, conditioning_scale=0.7, added_cond_kwargs=added, return_dict=False)
        out = unet(
            sample, timesteps, context, added_cond_kwargs=added, down_block_additional_residuals=skips,
            mid_block_additional_residual=middle).sample
        tensors |= {f"{name}.skip{i}": skip for i, skip in enumerate(skips)}
        tensors |= {f"{name}.middle": middle, f"{name}.unet.out": out}
    return tensors


def loop(base, nets, pictures, each, initial):
    controls = each["controls"] or [use("edges", scale=0.0)]
    parts = {name: part for name, part in base.components.items() if name != "image_encoder"}
    several = MultiControlNetModel([nets[control["net"]] for control in controls])
    init = each["init"]
    if hasattr(base, "text_encoder_2"):
        kind = StableDiffusionXLControlNetImg2ImgPipeline if init else StableDiffusionXLControlNetPipeline
        pipeline = kind(**parts, controlnet=several, add_watermarker=False)
    else:
        kind = StableDiffusionControlNetImg2ImgPipeline if init else StableDiffusionControlNetPipeline
        pipeline = kind(**parts, controlnet=several, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = getattr(diffusers, SCHEDULERS[each["sampler"]]).from_config(base.scheduler.config)
    if each["adapter"]:
        pipeline.load_lora_weights(base.folder / "lora" / each["adapter"], adapter_name="one")
    trajectory = []

    def keep(_, step, timestep, values):
        trajectory.append(values["latents"].clone())
        return values

    conditions = [pictures[control["image"]] for control in controls]
    if init:
        inputs = {
            "image": pictures[init["image"]], "control_image": conditions, "strength": init["strength"],
            "generator": torch.Generator().manual_seed(init["seed"])}
    else:
        inputs = {"image": conditions, "latents": initial.clone()}
    height, width = (base.vae_scale_factor * side for side in LATENT)
    pipeline(
        PROMPT, negative_prompt=NEGATIVE, **inputs, height=height, width=width,
        num_inference_steps=each["steps"], guidance_scale=each["guidance"], output_type="latent",
        controlnet_conditioning_scale=[float(control["scale"]) for control in controls],
        control_guidance_start=[control["start"] for control in controls],
        control_guidance_end=[control["end"] for control in controls], callback_on_step_end=keep)
    if each["adapter"]:
        pipeline.unload_lora_weights()
    return torch.cat(trajectory)


def opened(folder):
    base = DiffusionPipeline.from_pretrained(folder, safety_checker=None)
    for encoder in (base.text_encoder, getattr(base, "text_encoder_2", None)):
        if encoder is not None and not hasattr(encoder, "text_model"):  # removed by transformers 5
            encoder.__dict__["text_model"] = encoder
    base.folder = folder
    return base


def original_names(model):
    """diffusers' names of a ControlNet's layers, by the names of the original implementation, as diffusers converts them."""
    from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint
    state = model.state_dict()
    resnet = {
        "norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
        "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
    layers, checkpoint = model.config.layers_per_block, {}
    for name, value in state.items():
        layer, kind = name.rsplit(".", 1)
        part = layer.split(".")
        if part[0] in ("down_blocks", "mid_block"):
            inner = part[2:] if part[0] == "down_blocks" else part[1:]
            module, number, rest = inner[0], int(inner[1]), ".".join(inner[2:])
            rest = resnet.get(rest, rest) if module == "resnets" else rest
            if part[0] == "mid_block":
                layer = f"middle_block.{1 if module == 'attentions' else 2 * number}.{rest}"
            elif module == "downsamplers":
                layer = f"input_blocks.{(int(part[1]) + 1) * (layers + 1)}.0.op"
            else:
                block = 1 + int(part[1]) * (layers + 1) + number
                layer = f"input_blocks.{block}.{1 if module == 'attentions' else 0}.{rest}"
        elif part[0] == "controlnet_down_blocks":
            layer = f"zero_convs.{part[1]}.0"
        elif part[0] == "controlnet_cond_embedding":
            number = {"conv_in": 0, "conv_out": 14}.get(part[1])
            layer = f"input_hint_block.{2 * int(part[2]) + 2 if number is None else number}"
        else:
            layer = {
                "conv_in": "input_blocks.0.0", "controlnet_mid_block": "middle_block_out.0",
                "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2"}[layer]
        checkpoint[f"control_model.{layer}.{kind}"] = value
    by_value = {id(value): name for name, value in checkpoint.items()}
    converted = convert_controlnet_checkpoint(dict(checkpoint), dict(model.config))
    assert converted.keys() == state.keys() and len(checkpoint) == len(state)
    pairs = {by_value[id(value)]: name for name, value in converted.items()}
    return {original.rsplit(".", 1)[0]: name.rsplit(".", 1)[0] for original, name in sorted(pairs.items())}


@torch.no_grad()
def main(folders):
    torch.set_num_threads(1)  # the networks are tiny
    for folder in map(Path, folders):
        base = opened(folder)
        nets = {}
        for seed, (name, settings) in enumerate(NETS.items()):
            net = random_net(base.unet, base.vae_scale_factor, seed, **settings)
            net.half().save_pretrained(folder / "control" / name)
            nets[name] = net.float()
        pictures = images(*(base.vae_scale_factor * side for side in LATENT))
        tensors = forwards(folder, base.unet, nets, base.vae_scale_factor)
        tensors |= {f"image.{name}": tensor(picture) for name, picture in pictures.items()}
        tensors["initial"] = torch.randn((1, 4, *LATENT), generator=torch.Generator().manual_seed(7))
        for each in CASES:
            tensors[each["name"] + ".trajectory"] = loop(base, nets, pictures, each, tensors["initial"])
        metadata = {"prompt": PROMPT, "negative": NEGATIVE, "scale": "0.7", "cases": json.dumps(CASES)}
        save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "expected_controls.safetensors", metadata)
        print(folder, {name: tuple(value.shape) for name, value in tensors.items()})


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        pipeline = opened(Path(sys.argv[2]))
        random_net(pipeline.unet, pipeline.vae_scale_factor, 0).half().save_pretrained(sys.argv[3])
    elif sys.argv[1] == "--names":
        with torch.device("meta"):
            published = ControlNetModel(cross_attention_dim=768)
        Path(sys.argv[2]).write_text(json.dumps(original_names(published), indent=1) + "\n")
    else:
        main(sys.argv[1:])
