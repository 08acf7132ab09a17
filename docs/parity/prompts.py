"""Reference contexts for long prompts, prompt weights and clip skip.

    python docs/parity/prompts.py MODEL...         # writes MODEL/expected_prompts.safetensors

Needs torch, transformers, diffusers, compel and safetensors. The references come from

- diffusers' encode_prompt for clip skip and for truncated prompts,
- compel for prompts in chunks, with its plain split (SplitLongTextMode.BRUTAL) and its padding with the empty prompt,
- an implementation of AUTOMATIC1111's prompt weights below, on transformers' text encoders, because no package contains that
  implementation. It takes the weights from regular expressions and the hidden states from transformers.
"""

import json
import re
import sys
from pathlib import Path

import torch
from compel import Compel, ReturnedEmbeddingsType
from compel.embeddings_provider import SplitLongTextMode
from diffusers import DiffusionPipeline
from safetensors.torch import save_file

LONG = "a large red star over a small blue ring, " * 4 + "with a green square and a yellow heart in the dark"
SHORT = "a red star"
WEIGHTED = "a (red:1.4) star over a [blue] ((ring)), \\(not weighted\\), (a [nested:0.5] heart:0.7), (open star"
LONG_WEIGHTED = "a (large:1.3) red star over a [small] blue ring, " * 4 + "with (((a green square))) in the dark"
CASES = [
    {"name": "truncated", "prompts": [LONG, SHORT]},
    {"name": "chunks", "prompts": [LONG, SHORT, ""], "chunked": True},
    {"name": "one_chunk", "prompts": [SHORT, ""], "chunked": True},
    {"name": "weights", "prompts": [WEIGHTED, SHORT], "weighted": True},
    {"name": "weighted_chunks", "prompts": [SHORT, LONG_WEIGHTED], "chunked": True, "weighted": True},
    {"name": "clip_skip_1", "prompts": [SHORT, ""], "clipSkip": 1},
    {"name": "weighted_chunks_clip_skip_1", "prompts": [LONG_WEIGHTED, SHORT], "chunked": True, "weighted": True, "clipSkip": 1},
]


def is_xl(pipeline):
    return hasattr(pipeline, "text_encoder_2")


def with_diffusers(pipeline, prompts, clip_skip):
    arguments = dict(prompt=prompts, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False,
                     clip_skip=clip_skip or None)
    encoded = pipeline.encode_prompt(**arguments)
    return (encoded[0], encoded[2]) if is_xl(pipeline) else (encoded[0], None)


def with_compel(pipeline, prompts):
    xl = is_xl(pipeline)
    compel = Compel(
        tokenizer=[pipeline.tokenizer, pipeline.tokenizer_2] if xl else pipeline.tokenizer,
        text_encoder=[pipeline.text_encoder, pipeline.text_encoder_2] if xl else pipeline.text_encoder,
        returned_embeddings_type=ReturnedEmbeddingsType.PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED if xl
        else ReturnedEmbeddingsType.LAST_HIDDEN_STATES_NORMALIZED,
        requires_pooled=[False, True] if xl else False,
        truncate_long_prompts=False,
        split_long_text_mode=SplitLongTextMode.BRUTAL)
    results = [compel.build_conditioning_tensor(prompt) for prompt in prompts]
    contexts = [r[0] if isinstance(r, (tuple, list)) else r for r in results]
    pooled = [r[1].reshape(1, -1) for r in results] if xl else None
    empty = compel.build_conditioning_tensor("")
    padded = Compel._pad_conditioning_tensors_to_same_length(
        [c.reshape(1, -1, c.shape[-1]) for c in contexts], emptystring_conditioning=empty[0] if xl else empty)
    return torch.cat(list(padded)), torch.cat(pooled) if xl else None


# AUTOMATIC1111's weights --------------------------------------------------------------------------------------------------------------

TOKEN = re.compile(r"(?P<escaped>\\[\\()\[\]])|(?P<close>:\s*(?P<weight>[+-]?[.\d]+)\s*\))|(?P<mark>[()\[\]])|(?P<text>[^\\()\[\]:]+|:)|\\")


def weighted_fragments(prompt):
    """[text, weight] for each fragment, without the syntax."""
    fragments, open_brackets = [], []

    def scale(start, factor):
        for fragment in fragments[start:]:
            fragment[1] *= factor

    def last(bracket):
        kinds = [kind for kind, _ in open_brackets]
        return len(kinds) - 1 - kinds[::-1].index(bracket) if bracket in kinds else None

    for match in TOKEN.finditer(prompt):
        text = match.group()
        if match["escaped"]:
            fragments.append([text[1], 1.0])
        elif text in "([":
            open_brackets.append((text, len(fragments)))
        elif match["close"] and last("(") is not None:
            scale(open_brackets.pop(last("("))[1], float(match["weight"]))
        elif text in (")", "]") and last("(" if text == ")" else "[") is not None:
            scale(open_brackets.pop(last("(" if text == ")" else "["))[1], 1.1 if text == ")" else 1 / 1.1)
        elif text != "\\":  # a backslash that escapes nothing
            fragments.append([text, 1.0])
    for kind, start in open_brackets:
        scale(start, 1.1 if kind == "(" else 1 / 1.1)
    merged = []
    for text, weight in fragments:
        if merged and merged[-1][1] == weight:
            merged[-1][0] += text
        else:
            merged.append([text, weight])
    return merged or [["", 1.0]]


def weighted_chunk(encoder, tokenizer, pairs, layer, normalized):
    """The emphasized states of one chunk, and its pooled projection."""
    room = tokenizer.model_max_length
    ids = [tokenizer.bos_token_id] + [i for i, _ in pairs] + [tokenizer.eos_token_id]
    weights = [1.0] + [w for _, w in pairs] + [1.0]
    ids, weights = ids + [tokenizer.pad_token_id] * (room - len(ids)), weights + [1.0] * (room - len(weights))
    out = encoder(torch.tensor([ids]), output_hidden_states=True)
    states = out.hidden_states[layer]
    if normalized:
        states = getattr(encoder, "text_model", encoder).final_layer_norm(states)
    mean = states.mean()
    states = states * torch.tensor(weights).reshape(1, -1, 1)
    return states * (mean / states.mean()), getattr(out, "text_embeds", None)


def with_weights(pipeline, prompts, chunked, clip_skip):
    xl = is_xl(pipeline)
    parts = [(pipeline.text_encoder, pipeline.tokenizer)] + ([(pipeline.text_encoder_2, pipeline.tokenizer_2)] if xl else [])
    contexts, pooled = [], None
    for encoder, tokenizer in parts:
        room = tokenizer.model_max_length - 2
        rows = []
        for prompt in prompts:
            pairs = [(i, weight) for text, weight in weighted_fragments(prompt)
                     for i in tokenizer(text, add_special_tokens=False)["input_ids"]]
            rows.append([pairs[k:k + room] for k in range(0, max(1, len(pairs)), room)][:None if chunked else 1])
        count = max(len(row) for row in rows)
        encoded = [[weighted_chunk(encoder, tokenizer, chunk, -(clip_skip + (2 if xl else 1)), not xl)
                    for chunk in row + [[]] * (count - len(row))] for row in rows]
        contexts.append(torch.cat([torch.cat([states for states, _ in row], 1) for row in encoded]))
        pooled = torch.cat([row[0][1] for row in encoded]) if encoder is parts[-1][0] and xl else None
    return torch.cat(contexts, -1), pooled


@torch.no_grad()
def encoded(pipeline, case):
    """The context of a case, and its pooled states or None."""
    if not hasattr(pipeline.text_encoder, "text_model"):  # diffusers 0.42 expects the attribute, which transformers 5 removed
        pipeline.text_encoder.__dict__["text_model"] = pipeline.text_encoder
    prompts, clip_skip = case["prompts"], case.get("clipSkip", 0)
    if case.get("weighted"):
        context, pooled = with_weights(pipeline, prompts, case.get("chunked"), clip_skip)
    elif case.get("chunked"):
        context, pooled = with_compel(pipeline, prompts)
    else:
        context, pooled = with_diffusers(pipeline, prompts, clip_skip)
    if json.loads((Path(pipeline.name_or_path) / "model_index.json").read_text()).get("force_zeros_for_empty_prompt", is_xl(pipeline)):
        # lorafleet treats an empty prompt as diffusers treats an absent negative prompt.
        keep = torch.tensor([float(prompt != "") for prompt in prompts])
        context, pooled = context * keep.reshape(-1, 1, 1), pooled * keep.reshape(-1, 1)
    return context.contiguous(), None if pooled is None else pooled.contiguous()


def main(folders):
    for folder in map(Path, folders):
        pipeline = DiffusionPipeline.from_pretrained(folder)
        tensors = {}
        for case in CASES:
            tensors[case["name"] + ".context"], pooled = encoded(pipeline, case)
            if pooled is not None:
                tensors[case["name"] + ".pooled"] = pooled
        save_file(tensors, folder / "expected_prompts.safetensors", metadata={"cases": json.dumps(CASES)})
        print(folder, {name: tuple(tensor.shape) for name, tensor in tensors.items()})


if __name__ == "__main__":
    main(sys.argv[1:])
