"""Lists the fields of diffusers' and transformers' configs with their default values, as JSON on stdout.

ConfigFieldsTest requires a decision about each of these fields. To update its list:

    python docs/parity/config_fields.py > common/diffusion/src/test/resources/golden/config-fields.json
"""

import inspect
import json

import diffusers
import transformers

DIFFUSERS = [
    "UNet2DConditionModel",
    "ControlNetModel",
    "AutoencoderKL",
    "DDIMScheduler",
    "EulerDiscreteScheduler",
    "EulerAncestralDiscreteScheduler",
    "DPMSolverMultistepScheduler",
    "LCMScheduler",
    "PNDMScheduler",
    "UniPCMultistepScheduler",
    "HeunDiscreteScheduler",
    "DEISMultistepScheduler",
    "TCDScheduler",
    "DPMSolverSDEScheduler",  # needs the package torchsde
]


def defaults(name):
    parameters = inspect.signature(getattr(diffusers, name).__init__).parameters
    return {field: p.default for field, p in parameters.items() if field != "self" and p.kind != p.VAR_KEYWORD}


fields = {name: defaults(name) for name in DIFFUSERS}
fields["CLIPTextConfig"] = transformers.CLIPTextConfig().to_dict()
print(json.dumps(fields, indent=1))
