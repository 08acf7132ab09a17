"""Reference contexts of prompts with embeddings (textual inversion), for ParityTest.

    python docs/parity/embeddings.py MODEL...   # writes MODEL/lora/embedding_*.safetensors, MODEL/expected_embeddings.safetensors

diffusers' load_textual_inversion loads the embeddings, with one vector and with several, for each text encoder. Prompts in chunks come from
compel, and prompt weights from the script prompts.py; both then use the tokenizers and text encoders that diffusers extended. All vectors
have random values. Needs torch, transformers, diffusers, compel and safetensors.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import DiffusionPipeline
from safetensors.torch import save_file

from prompts import encoded, is_xl

EMBEDDINGS = {  # by adapter: trigger word, number of vectors
    "embedding_one": ("<red-toy>", 1),
    "embedding_four": ("blue-style.v2", 4),
    "embedding_long": ("bad_hands", 29),
}


def vectors(pipeline, name):
    """The random vectors of an embedding for each text encoder."""
    torch.manual_seed(sum(name.encode()))
    encoders = [pipeline.text_encoder] + ([pipeline.text_encoder_2] if is_xl(pipeline) else [])
    return [torch.randn(EMBEDDINGS[name][1], encoder.config.hidden_size) * 0.05 for encoder in encoders]


def save(folder, pipeline):
    for name, (word, count) in EMBEDDINGS.items():
        own = vectors(pipeline, name)
        if is_xl(pipeline):
            tensors = dict(zip(["clip_l", "clip_g"], own))
        else:
            tensors = {word if name == "embedding_one" else "emb_params": own[0][0] if count == 1 else own[0]}
        save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "lora" / (name + ".safetensors"))


def load(pipeline, names):
    for name in names:
        own = vectors(pipeline, name)
        pipeline.load_textual_inversion(own[0], token=EMBEDDINGS[name][0], tokenizer=pipeline.tokenizer,
                                        text_encoder=pipeline.text_encoder)
        if is_xl(pipeline):
            pipeline.load_textual_inversion(own[1], token=EMBEDDINGS[name][0], tokenizer=pipeline.tokenizer_2,
                                            text_encoder=pipeline.text_encoder_2)


def words_of_vectors(pipeline, prompts):
    """The prompts with a word for each vector. diffusers' pipelines do this themselves before they tokenize a prompt."""
    return [pipeline.maybe_convert_prompt(prompt, pipeline.tokenizer) for prompt in prompts]


def main(folder):
    (folder / "lora").mkdir(exist_ok=True)
    save(folder, DiffusionPipeline.from_pretrained(folder))
    one, four, long = EMBEDDINGS
    cases, tensors = [], {}
    for name, embeddings, prompts, options in [
        ("embedding_one", [one], ["a <red-toy> star", "<RED-TOY>, a ring<red-toy>s and <red-toy> <red-toy>"], {}),
        ("embedding_four", [four], ["a star, blue-style.v2, in the dark", "blue-style.v2"], {}),
        ("embedding_unused", [one], ["a red star", ""], {}),
        ("embedding_both", [four, one], ["a <red-toy> in blue-style.v2<red-toy>", "a ring"], {}),
        ("embedding_truncated", [long, four], ["a red star, bad_hands", "bad_hands blue-style.v2"], {}),
        ("embedding_clip_skip", [four], ["a star, blue-style.v2", "a ring"], dict(clipSkip=1)),
        ("embedding_weights", [one, four], ["a (blue-style.v2:1.4) star, [ring] <red-toy>", "(a star:0.6)"], dict(weighted=True)),
        ("embedding_chunks", [one, four], ["a <red-toy> over blue-style.v2, " * 4, "a <red-toy>", ""], dict(chunked=True)),
    ]:
        pipeline = DiffusionPipeline.from_pretrained(folder)
        load(pipeline, embeddings)
        case = {"name": name, "prompts": prompts} | options
        context, pooled = encoded(pipeline, case | {"prompts": words_of_vectors(pipeline, prompts)} if options.keys() & {"chunked", "weighted"}
                                  else case)
        words = [{"adapter": each, "scale": 1.0, "triggerWord": EMBEDDINGS[each][0]} for each in embeddings]
        cases.append(case | {"adapters": [words] * len(prompts)})
        tensors[name + ".context"] = context
        if pooled is not None:
            tensors[name + ".pooled"] = pooled
    # The vectors of a word are in one chunk, as in AUTOMATIC1111's web UI: the second part of the prompt starts a chunk.
    pipeline = DiffusionPipeline.from_pretrained(folder)
    load(pipeline, [long])
    parts = ["a small red star over a blue ring ", "bad_hands"]
    chunks = [encoded(pipeline, {"prompts": [part]}) for part in parts]
    cases.append({"name": "embedding_in_one_chunk", "prompts": ["".join(parts)], "chunked": True,
                  "adapters": [[{"adapter": long, "scale": 1.0, "triggerWord": EMBEDDINGS[long][0]}]]})
    tensors["embedding_in_one_chunk.context"] = torch.cat([context for context, _ in chunks], 1)
    if chunks[0][1] is not None:
        tensors["embedding_in_one_chunk.pooled"] = chunks[0][1]
    # One batch, whose rows have different embeddings.
    rows = ["embedding_one", "embedding_both", "embedding_truncated"]
    mixed = [next(case for case in cases if case["name"] == row) for row in rows]
    plain = DiffusionPipeline.from_pretrained(folder)
    context, pooled = encoded(plain, {"prompts": ["a <red-toy> star"]})
    cases.append({"name": "embedding_mixed", "prompts": ["a <red-toy> star"] + [case["prompts"][0] for case in mixed],
                  "adapters": [[]] + [case["adapters"][0] for case in mixed]})
    tensors["embedding_mixed.context"] = torch.cat([context] + [tensors[row + ".context"][:1] for row in rows])
    if pooled is not None:
        tensors["embedding_mixed.pooled"] = torch.cat([pooled] + [tensors[row + ".pooled"][:1] for row in rows])
    save_file(tensors, folder / "expected_embeddings.safetensors", metadata={"cases": json.dumps(cases)})


if __name__ == "__main__":
    for each in sys.argv[1:]:
        main(Path(each))
