"""Reference contexts of prompts that are encoded with adapters, for ParityTest.

    python docs/parity/text_adapters.py MODEL...   # writes MODEL/lora/text_*.safetensors, MODEL/expected_text_adapters.safetensors

diffusers and PEFT load the adapters that they wrote, and those with sd-scripts' names. LyCORIS wraps the text encoders with its own.
All adapters have random values. Needs torch, transformers, diffusers, peft, lycoris-lora, compel and safetensors.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import DiffusionPipeline
from diffusers.utils import convert_state_dict_to_diffusers
from lycoris import create_lycoris
from lycoris.config import PRESET
from peft import LoraConfig, inject_adapter_in_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import save_file
from transformers import PreTrainedModel

from prompts import LONG, LONG_WEIGHTED, SHORT, WEIGHTED, encoded, is_xl


def load_adapter(text_encoder, adapter_name, adapter_state_dict, peft_config, **_):
    """Loads an adapter into a text encoder, as transformers 4 does. transformers 5.24 needs a newer PEFT than 0.21."""
    inject_adapter_in_model(peft_config, text_encoder, adapter_name)
    result = set_peft_model_state_dict(text_encoder, adapter_state_dict, adapter_name)
    assert not result.unexpected_keys, result.unexpected_keys
    missing = [key for key in result.missing_keys if f".{adapter_name}." in key]
    assert not missing, missing
    text_encoder._hf_peft_config_loaded = True


PreTrainedModel.load_adapter = load_adapter

ATTENTION = ["q_proj", "k_proj", "v_proj", "out_proj"]
UNET = "down_blocks.*[.]to_q"


def randomize(module):
    for name, parameter in module.named_parameters():
        if "lora_B" in name:
            parameter.data = 0.5 * torch.randn_like(parameter)
        if "magnitude_vector" in name or "dora_scale" in name:
            parameter.data *= 0.7 + 0.6 * torch.rand_like(parameter)


def parts(pipeline):
    encoders = {"text_encoder": pipeline.text_encoder}
    return encoders | ({"text_encoder_2": pipeline.text_encoder_2} if is_xl(pipeline) else {})


def peft_tensors(folder, converted, **config):
    """A random adapter of the text encoders and of one kind of UNet layer, with diffusers' names, and its configs."""
    pipeline, tensors, configs = DiffusionPipeline.from_pretrained(folder), {}, {}
    for part, module in (parts(pipeline) | {"unet": pipeline.unet}).items():
        own = LoraConfig(**(dict(r=2, lora_alpha=2, target_modules=UNET) if part == "unet" else config))
        inject_adapter_in_model(own, module, "own")
        randomize(module)
        state = get_peft_model_state_dict(module, adapter_name="own")
        state = convert_state_dict_to_diffusers(state) if converted else state
        tensors |= {f"{part}.{name}": value for name, value in state.items()}
        configs |= {f"{part}.{key}": sorted(value) if isinstance(value, set) else value
                    for key, value in own.to_dict().items() if value is not None}
    return tensors, json.dumps(configs, sort_keys=True, default=str)


def kohya_tensors(folder):
    """A random LoRA of all linear layers of the text encoders, with sd-scripts' names."""
    pipeline, tensors = DiffusionPipeline.from_pretrained(folder), {}
    for index, module in enumerate(parts(pipeline).values(), 1):
        prefix = f"lora_te{index}_text_model_" if is_xl(pipeline) else "lora_te_text_model_"
        for layer, linear in getattr(module, "text_model", module).named_modules():
            if isinstance(linear, torch.nn.Linear):
                name = prefix + layer.replace(".", "_")
                tensors[name + ".lora_down.weight"] = torch.randn(3, linear.in_features) / linear.in_features ** 0.5
                tensors[name + ".lora_up.weight"] = 0.5 * torch.randn(linear.out_features, 3)
                tensors[name + ".alpha"] = torch.tensor(1.5)
    return tensors


def lycoris_tensors(pipeline, **settings):
    """Wraps the text encoders with LyCORIS' modules. Returns their tensors."""
    tensors = {}
    for index, module in enumerate(parts(pipeline).values(), 1):
        PRESET["text"] = {"enable_conv": False, "target_module": [], "use_fnmatch": True,
                          "lora_prefix": f"lora_te{index}" if is_xl(pipeline) else "lora_te",
                          "target_name": ["*" + layer for layer in ATTENTION + ["mlp.fc1", "mlp.fc2"]]}
        network = create_lycoris(module, 1.0, preset="text", warn_on_unmatched=False, **settings)
        network.apply_to()
        network.eval()
        for name, parameter in network.named_parameters():
            if "dora_scale" in name:
                parameter.data *= 0.7 + 0.6 * torch.rand_like(parameter)
            else:
                parameter.data = 0.5 * torch.randn_like(parameter)
        tensors |= network.state_dict()
    return tensors


def save(folder, name, tensors, metadata=None):
    save_file({key: value.detach().clone().contiguous() for key, value in tensors.items()},
              folder / "lora" / (name + ".safetensors"), metadata)


class References:
    def __init__(self, folder):
        self.folder, self.tensors, self.cases = folder, {}, []

    def add(self, pipeline, name, adapters, prompts, **options):
        """adapters: (adapter, scale) pairs that every prompt has; the pipeline has them already"""
        case = {"name": name, "prompts": prompts} | options
        context, pooled = encoded(pipeline, case)
        self.keep(case | {"adapters": [[{"adapter": a, "scale": s} for a, s in adapters]] * len(prompts)}, context, pooled)

    def keep(self, case, context, pooled):
        self.cases.append(case)
        self.tensors[case["name"] + ".context"] = context
        if pooled is not None:
            self.tensors[case["name"] + ".pooled"] = pooled

    def mix(self, name, rows):
        """rows: the names of earlier cases, whose first prompts are encoded together"""
        cases = [next(case for case in self.cases if case["name"] == row) for row in rows]
        pooled = [self.tensors[row + ".pooled"][:1] for row in rows] if rows[0] + ".pooled" in self.tensors else None
        self.keep({"name": name, "prompts": [case["prompts"][0] for case in cases],
                   "adapters": [case["adapters"][0] for case in cases]},
                  torch.cat([self.tensors[row + ".context"][:1] for row in rows]), pooled and torch.cat(pooled))


def main(folder):
    torch.manual_seed(23)
    references = References(folder)
    two = [SHORT, "a large blue ring"]

    for name, converted, config in [
        ("text_lora", True, dict(r=4, lora_alpha=4, target_modules=ATTENTION)),  # as diffusers' training scripts write it
        ("text_alphas", False, dict(r=2, lora_alpha=3, use_rslora=True, rank_pattern={"fc1": 4}, alpha_pattern={"fc1": 1},
                                    target_modules=ATTENTION + ["fc1", "fc2"])),
        ("text_dora", False, dict(r=2, lora_alpha=2, use_dora=True, target_modules=ATTENTION + ["fc2"])),
    ]:
        tensors, configs = peft_tensors(folder, converted, **config)
        save(folder, name, tensors, None if converted else {"lora_adapter_metadata": configs, "format": "pt"})
    save(folder, "text_kohya", kohya_tensors(folder))

    pipeline = DiffusionPipeline.from_pretrained(folder)
    for name in ["text_lora", "text_alphas", "text_dora", "text_kohya"]:
        pipeline.load_lora_weights(folder / "lora", weight_name=name + ".safetensors", adapter_name=name)
    for name, adapters, prompts, options in [
        ("text_lora", [("text_lora", 1.0)], two, {}),
        ("text_alphas", [("text_alphas", 1.0)], two, {}),
        ("text_dora", [("text_dora", 1.0)], two, {}),
        ("text_kohya", [("text_kohya", 1.0)], [SHORT, ""], {}),
        ("text_lora_at_half", [("text_lora", 0.5)], two, {}),
        ("text_dora_negative", [("text_dora", -0.5)], two, {}),
        ("text_lora_dora_kohya", [("text_lora", 0.7), ("text_dora", 0.9), ("text_kohya", 0.4)], two, {}),
        ("text_chunks", [("text_lora", 1.0)], [LONG, SHORT, ""], dict(chunked=True)),
        ("text_weights", [("text_alphas", 0.8)], [WEIGHTED, SHORT], dict(weighted=True)),
        ("text_weighted_chunks", [("text_lora", 1.0), ("text_kohya", 0.5)], [SHORT, LONG_WEIGHTED],
         dict(chunked=True, weighted=True)),
        ("text_clip_skip", [("text_kohya", 1.0)], two, dict(clipSkip=1)),
    ]:
        pipeline.set_adapters([adapter for adapter, _ in adapters], [scale for _, scale in adapters])
        references.add(pipeline, name, adapters, prompts, **options)

    for name, settings in {
        "text_loha": dict(algo="loha", linear_dim=2, linear_alpha=1),
        "text_lokr": dict(algo="lokr", linear_dim=2, linear_alpha=1, factor=4),
        "text_locon_dora": dict(algo="locon", linear_dim=2, linear_alpha=1, dora_wd=True),
        "text_loha_dora": dict(algo="loha", linear_dim=2, linear_alpha=1, dora_wd=True),
    }.items():
        pipeline = DiffusionPipeline.from_pretrained(folder)
        # LyCORIS names the layers of CLIPTextModel without text_model., as transformers 5 does.
        save(folder, name, lycoris_tensors(pipeline, **settings))
        references.add(pipeline, name, [(name, 1.0)], two)

    references.add(DiffusionPipeline.from_pretrained(folder), "text_base", [], two)
    base = references.tensors["text_base.context"]
    for case in references.cases:
        own = references.tensors[case["name"] + ".context"]
        if own.shape == base.shape:
            print(folder.name, case["name"], "changes the context by", float((own - base).norm() / base.norm()))
    references.mix("text_mixed", ["text_lora", "text_base", "text_loha", "text_lora_dora_kohya", "text_lokr", "text_loha_dora"])
    save_file(references.tensors, folder / "expected_text_adapters.safetensors",
              metadata={"cases": json.dumps(references.cases)})


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(Path(each))
