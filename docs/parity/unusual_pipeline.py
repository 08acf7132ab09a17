"""Makes a small random pipeline whose configs have unusual values, with reference tensors, for ParityTest.

    python docs/parity/unusual_pipeline.py common/diffusion/src/test/resources/golden/sd1/tokenizer \
        common/diffusion/src/test/resources/golden/unusual

Needs torch, diffusers, transformers and safetensors. docs/parity.md describes the tensors. The configs cover the fields
that no published model changes, and a noise schedule with a zero terminal signal-to-noise ratio.
"""

import json
import pathlib
import shutil
import sys

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

PROMPTS = ["a large striped red star left of a blue ring on a beige background", "", "Zwei grüne Dreiecke!"]
GUIDANCE, STEPS, LATENT = 3.0, 6, 3

tokenizer_folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
torch.manual_seed(5)
unet = UNet2DConditionModel(
    sample_size=8,
    in_channels=LATENT,
    out_channels=LATENT,
    block_out_channels=(16, 24),
    layers_per_block=1,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    attention_head_dim=(2, 3),
    transformer_layers_per_block=(1, 2),
    cross_attention_dim=24,
    norm_num_groups=4,
    norm_eps=1e-3,
    flip_sin_to_cos=False,
    freq_shift=1,
    act_fn="swish",
    upcast_attention=True,
)
vae = AutoencoderKL(
    block_out_channels=(8, 16),
    down_block_types=("DownEncoderBlock2D",) * 2,
    up_block_types=("UpDecoderBlock2D",) * 2,
    layers_per_block=2,
    latent_channels=LATENT,
    norm_num_groups=4,
    sample_size=16,
    scaling_factor=0.5,
    use_quant_conv=False,
    use_post_quant_conv=False,
    mid_block_add_attention=False,
    force_upcast=False,
)
text_encoder = CLIPTextModel(CLIPTextConfig(
    vocab_size=680,
    hidden_size=24,
    intermediate_size=40,
    num_hidden_layers=2,
    num_attention_heads=3,
    max_position_embeddings=32,
    hidden_act="gelu",
    layer_norm_eps=1e-3,
    eos_token_id=2,
    projection_dim=24,
)).eval()
scheduler = EulerDiscreteScheduler(
    beta_start=0.001,
    beta_end=0.01,
    beta_schedule="linear",
    prediction_type="v_prediction",
    rescale_betas_zero_snr=True,
    timestep_spacing="trailing",
    num_train_timesteps=800,
)
tokenizer = CLIPTokenizer.from_pretrained(tokenizer_folder)
pipeline = StableDiffusionPipeline(
    vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
    feature_extractor=None, requires_safety_checker=False)
pipeline.set_progress_bar_config(disable=True)
pipeline.save_pretrained(target)
shutil.rmtree(target / "tokenizer")
shutil.copytree(tokenizer_folder, target / "tokenizer")

with torch.no_grad():
    ids = tokenizer(PROMPTS, padding="max_length", truncation=True, max_length=32, return_tensors="pt").input_ids
    text = text_encoder(ids, output_hidden_states=True)
    rows = len(PROMPTS)
    samples = {"unet.sample": torch.randn(rows, LATENT, 8, 8), "unet.sample_rect": torch.randn(rows, LATENT, 6, 10)}
    timestep = torch.tensor([799, 400, 3])
    outputs = {
        name.replace("sample", "out"): unet(sample, timestep, text.last_hidden_state).sample
        for name, sample in samples.items()
    }
    image, latent = torch.randn(2, 3, 16, 16).clamp(-1, 1), torch.randn(2, LATENT, 8, 8)
    posterior = vae.encode(image).latent_dist
    decoded = vae.decode(latent).sample
    initial, trajectory = torch.randn(1, LATENT, 8, 8), []

    def keep(_, step, timestep, values):
        trajectory.append(values["latents"].clone())
        return values

    final = pipeline(
        PROMPTS[0], negative_prompt="", latents=initial, num_inference_steps=STEPS, guidance_scale=GUIDANCE,
        height=16, width=16, output_type="latent", callback_on_step_end=keep).images
    loop_image = vae.decode(final / vae.config.scaling_factor).sample

tensors = samples | outputs | {
    "token_ids": ids,
    "text.last_hidden_state": text.last_hidden_state,
    "text.penultimate": text.hidden_states[-2],
    "text.pooled": text.pooler_output,
    "context": text.last_hidden_state,
    "unet.timestep": timestep,
    "vae.image": image,
    "vae.mean": posterior.mean,
    "vae.logvar": posterior.logvar,
    "vae.latent": latent,
    "vae.decoded": decoded,
    "loop.initial": initial,
    "loop.timesteps": pipeline.scheduler.timesteps,
    "loop.trajectory": torch.cat(trajectory),
    "loop.image": loop_image,
}
metadata = {"prompts": json.dumps(PROMPTS), "negative": "", "guidance": str(GUIDANCE), "steps": str(STEPS)}
save_file({name: tensor.detach().clone() for name, tensor in tensors.items()}, target / "expected.safetensors", metadata)
