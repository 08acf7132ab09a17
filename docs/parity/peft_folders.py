"""Adapter folders that PEFT writes, and their outputs, for ParityTest.

    python docs/parity/peft_folders.py MODEL       # writes MODEL/lora/peft_folder_*, MODEL/expected_peft_folders.safetensors

The folder MODEL holds a pipeline and its expected.safetensors. All adapters have random values. Needs torch, diffusers, transformers,
peft and safetensors.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import DiffusionPipeline
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file

from adapter_references import References
from prompts import SHORT, encoded

CONFIGS = {
    "peft_folder_patterns": dict(
        r=2, lora_alpha=3, use_rslora=True, rank_pattern={"down_blocks.*attn1.to_q": 3, "to_out.0": 1},
        alpha_pattern={"(down|up)_blocks.*to_k": 7, "attn1.to_q": 5}, target_modules=["to_q", "to_k", "to_out.0", "conv1"],
        exclude_modules=["mid_block.attentions.0.transformer_blocks.0.attn1.to_k"]),
    "peft_folder_layers": dict(
        r=2, lora_alpha=2, target_modules=["to_q", "proj_in"], layers_to_transform=[0], layers_pattern="attentions",
        lora_dropout=0.1, init_lora_weights="gaussian"),
    "peft_folder_dora": dict(r=2, lora_alpha=4, use_dora=True, target_modules=r".*up_blocks\.1.*\.(to_v|conv2|ff\.net\.2)"),
}


def randomize(module):
    for name, parameter in module.named_parameters():
        if "lora_B" in name:
            parameter.data = 0.3 * torch.randn_like(parameter)
        if "magnitude_vector" in name:
            parameter.data *= 0.7 + 0.6 * torch.rand_like(parameter)


def saved(module, config, folder):
    """Saves a random adapter of the module as PEFT does."""
    module.name_or_path = "random"
    adapted = get_peft_model(module, LoraConfig(**config))
    randomize(adapted)
    adapted.save_pretrained(folder)


def main(folder):
    torch.manual_seed(31)
    references = References(folder)
    for name, config in CONFIGS.items():
        saved(references.unet(), config, folder / "lora" / name)
        references.expect(name, references.out(PeftModel.from_pretrained(references.unet(), folder / "lora" / name).eval()))
    save_file({key: value.contiguous() for key, value in references.outputs.items()},
              folder / "expected_peft_folders.safetensors", {"batches": json.dumps(references.batches)})

    pipeline, cases, tensors = DiffusionPipeline.from_pretrained(folder), [], {}
    name = "peft_folder_text"
    saved(pipeline.text_encoder, dict(r=2, lora_alpha=3, target_modules=["q_proj", "fc1"]), folder / "lora" / name)
    pipeline = DiffusionPipeline.from_pretrained(folder)
    pipeline.text_encoder = PeftModel.from_pretrained(pipeline.text_encoder, folder / "lora" / name).eval().base_model.model
    case = {"name": name, "prompts": [SHORT, "a large blue ring"]}
    tensors[name + ".context"], _ = encoded(pipeline, case)
    cases.append(case | {"adapters": [[{"adapter": name, "scale": 1.0}]] * 2})
    save_file(tensors, folder / "expected_peft_text.safetensors", {"cases": json.dumps(cases)})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
