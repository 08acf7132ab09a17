"""Reference tensors of adapters from diffusers, PEFT and LyCORIS, for ParityTest.

    python adapter_references.py ../../common/diffusion/src/test/resources/golden/sdxl

The folder holds a pipeline and its expected.safetensors, whose UNet inputs the script uses. The script writes adapter
files to lora/, and their outputs to expected_adapters.safetensors. All adapters have random values. The script needs
torch, diffusers, peft, lycoris-lora and safetensors.
"""

import json
import pathlib
import re
import sys

import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from lycoris import LycorisNetwork, create_lycoris
from lycoris.config import PRESET
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors import safe_open
from safetensors.torch import save_file

BLOCKS = ["down_blocks.", "up_blocks.1."]
"""Linear layers with and without a bias, 1x1 convolutions, and convolutions with strides 1 and 2."""
LAYERS = ["to_q", "to_out.0", "proj_in", "ff.net.0.proj", "time_emb_proj", "conv1", "conv_shortcut",
          "downsamplers.0.conv"]


PEFT_LAYERS = "(%s).*[.](%s)" % tuple("|".join(names).replace(".", "[.]") for names in (BLOCKS, LAYERS))


class References:
    def __init__(self, folder):
        self.folder = folder
        with safe_open(folder / "expected.safetensors", "pt") as file:
            self.inputs = {name: file.get_tensor(name) for name in file.keys()}
        self.rows = self.inputs["unet.sample"].shape[0]
        self.outputs, self.batches = {}, {}
        (folder / "lora").mkdir(exist_ok=True)

    def unet(self):
        return UNet2DConditionModel.from_pretrained(self.folder / "unet").eval()

    @torch.no_grad()
    def out(self, unet):
        added = None
        if "time_ids" in self.inputs:
            added = {"text_embeds": self.inputs["text2.text_embeds"], "time_ids": self.inputs["time_ids"]}
        return unet(self.inputs["unet.sample"], self.inputs["unet.timestep"], self.inputs["context"],
                    added_cond_kwargs=added).sample

    def save(self, name, tensors, metadata=None):
        save_file({key: value.detach().clone().contiguous() for key, value in tensors.items()},
                  self.folder / "lora" / (name + ".safetensors"), metadata)

    def expect(self, name, out, adapters=None):
        """adapters: list of (adapter, scale) on every row; the adapter of this name at scale 1 by default"""
        row = [{"adapter": adapter, "scale": scale} for adapter, scale in adapters or [(name, 1.0)]]
        self.outputs[name + ".out"] = out
        self.batches[name] = [row] * self.rows

    def mix(self, name, row_adapters):
        """row_adapters: for each row, the name of an expected output, or None for the base alone"""
        rows = [self.outputs[each + ".out"][row] if each else self.base[row] for row, each in enumerate(row_adapters)]
        self.outputs[name + ".out"] = torch.stack(rows)
        self.batches[name] = [self.batches[each][row] if each else [] for row, each in enumerate(row_adapters)]

    def write(self):
        save_file({key: value.contiguous() for key, value in self.outputs.items()},
                  self.folder / "expected_adapters.safetensors", {"batches": json.dumps(self.batches)})


def sd_scripts_name(layer, layers_per_block):
    """The name that sd-scripts gives to a layer of an SDXL UNet."""
    whole = {"conv_in": "input_blocks.0.0", "conv_out": "out.2", "time_embedding.linear_1": "time_embed.0",
             "time_embedding.linear_2": "time_embed.2", "add_embedding.linear_1": "label_emb.0.0",
             "add_embedding.linear_2": "label_emb.0.2"}
    if layer in whole:
        return whole[layer]
    rest = {"conv1": "in_layers.2", "conv2": "out_layers.3", "time_emb_proj": "emb_layers.1",
            "conv_shortcut": "skip_connection"}
    match = re.fullmatch(r"mid_block\.(resnets|attentions)\.(\d)\.(.+)", layer)
    if match:
        part, index, inner = match.groups()
        return f"middle_block.{1 if part == 'attentions' else 2 * int(index)}.{rest.get(inner, inner)}"
    side, block, part, index, inner = re.fullmatch(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)", layer).groups()
    first = int(block) * (layers_per_block + 1)
    if part == "downsamplers":
        return f"input_blocks.{first + layers_per_block + 1}.0.op"
    if part == "upsamplers":
        return f"output_blocks.{first + layers_per_block}.2.conv"
    number = first + int(index) + (1 if side == "down" else 0)
    return f"{'input' if side == 'down' else 'output'}_blocks.{number}.{int(part == 'attentions')}.{rest.get(inner, inner)}"


def kohya(unet, rank, alpha, name_of):
    """A LoRA of every linear and convolution layer, with kohya's names."""
    tensors = {}
    for layer, module in unet.named_modules():
        if not isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)):
            continue
        name = "lora_unet_" + name_of(layer).replace(".", "_")
        out, *inner = module.weight.shape
        tensors[name + ".lora_down.weight"] = torch.randn(rank, *inner) / torch.tensor(inner).prod() ** 0.5
        tensors[name + ".lora_up.weight"] = 0.3 * torch.randn(out, rank, *[1] * (len(inner) - 1))
        tensors[name + ".alpha"] = torch.tensor(float(alpha))
    return tensors


def with_kohya(references, pipeline, tensors):
    unet = references.unet()
    state, alphas, *rest = pipeline.lora_state_dict(dict(tensors), unet_config=unet.config, return_lora_metadata=True)
    pipeline.load_lora_into_unet(state, alphas, unet)
    return references.out(unet)


def peft(unet, adapter, **config):
    """Adds a random LoRA to the UNet with PEFT. Returns its tensors with diffusers' names."""
    unet.add_adapter(LoraConfig(**config), adapter)
    for name, parameter in unet.named_parameters():
        if f"lora_B.{adapter}." in name:
            parameter.data = 0.3 * torch.randn_like(parameter)
        if f"magnitude_vector.{adapter}." in name:
            parameter.data *= 0.7 + 0.6 * torch.rand_like(parameter)
    state = get_peft_model_state_dict(unet, adapter_name=adapter)
    return {"unet." + name: value for name, value in state.items()}


def lycoris(unet, **settings):
    """Wraps the UNet with LyCORIS' modules. Returns their tensors with kohya's names."""
    PRESET["layers"] = {"enable_conv": True, "target_module": [], "use_fnmatch": True, "lora_prefix": "lora_unet",
                        "target_name": [block + "*." + layer for block in BLOCKS for layer in LAYERS]}
    network = create_lycoris(unet, 1.0, preset="layers", warn_on_unmatched=False, **settings)
    network.apply_to()
    network.eval()
    for name, parameter in network.named_parameters():
        if "dora_scale" in name:
            parameter.data *= 0.7 + 0.6 * torch.rand_like(parameter)
        else:
            parameter.data = 0.5 * torch.randn_like(parameter)
    return network, network.state_dict()


def main(folder):
    torch.manual_seed(20)
    references = References(folder)
    xl = "time_ids" in references.inputs
    pipeline = StableDiffusionXLPipeline if xl else StableDiffusionPipeline
    references.base = references.out(references.unet())

    if xl:
        unet = references.unet()
        tensors = kohya(unet, 2, 1.5, lambda layer: sd_scripts_name(layer, unet.config.layers_per_block))
        references.save("sd_scripts", tensors)
        references.expect("sd_scripts", with_kohya(references, pipeline, tensors))

    for name, settings in {
        "locon_mid": dict(algo="locon", linear_dim=2, linear_alpha=1, conv_dim=3, conv_alpha=2, use_tucker=True),
        "loha": dict(algo="loha", linear_dim=2, linear_alpha=1, conv_dim=3, conv_alpha=2),
        "loha_tucker": dict(algo="loha", linear_dim=3, linear_alpha=2, conv_dim=2, conv_alpha=1, use_tucker=True),
        "lokr": dict(algo="lokr", linear_dim=2, linear_alpha=1, conv_dim=2, conv_alpha=1, factor=4),
        "lokr_both": dict(algo="lokr", linear_dim=1, linear_alpha=1, conv_dim=1, conv_alpha=1, decompose_both=True,
                          use_tucker=True),
        "lokr_full": dict(algo="lokr", linear_dim=10000, linear_alpha=1, conv_dim=10000, conv_alpha=1, factor=4),
        "locon_dora": dict(algo="locon", linear_dim=2, linear_alpha=1, conv_dim=2, conv_alpha=1, dora_wd=True),
        "loha_dora": dict(algo="loha", linear_dim=2, linear_alpha=1, conv_dim=2, conv_alpha=1, dora_wd=True),
        "lokr_dora": dict(algo="lokr", linear_dim=2, linear_alpha=1, conv_dim=2, conv_alpha=1, factor=4, dora_wd=True),
    }.items():
        unet = references.unet()
        network, tensors = lycoris(unet, **settings)
        references.save(name, tensors)
        out = references.out(unet)
        references.expect(name, out)
        print(name, sorted({key.split(".", 1)[1] for key in tensors}),
              "changes the output by", float((out - references.base).norm() / references.base.norm()))

    unet = references.unet()
    references.save("peft_dora", peft(unet, "dora", r=3, lora_alpha=3, target_modules=PEFT_LAYERS, use_dora=True))
    dora = {"dora": "peft_dora", "lora": "peft_lora"}
    references.expect("peft_dora", references.out(unet))
    references.save("peft_lora", peft(unet, "lora", r=2, lora_alpha=2, target_modules=PEFT_LAYERS))
    for name, adapters in {
        "dora_at_half": [("dora", 0.5)],
        "dora_then_lora": [("dora", 1.0), ("lora", 0.7)],
        "lora_then_dora": [("lora", 0.7), ("dora", 1.0)],
    }.items():
        unet.set_adapters([adapter for adapter, _ in adapters], [scale for _, scale in adapters])
        references.expect(name, references.out(unet), [(dora[adapter], scale) for adapter, scale in adapters])

    names = list(references.outputs)
    for index in range(0, len(names), references.rows - 1):
        group = [name.removesuffix(".out") for name in names[index:index + references.rows - 1]]
        row_adapters = group[:1] + [None] + group[1:]
        references.mix(f"mixed_{index}", row_adapters + [None] * (references.rows - len(row_adapters)))
    references.write()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
