"""Generates one image with each sampler and arranges the images on a sheet, with the sampler's name below each image.

    deploy/fleet up                                # in another terminal
    python docs/images/sampler_sheet.py docs/images/samplers.png

Needs pillow. All images have the same prompt, seed and guidance. The demo model's images are 64 x 64 pixels; the sheet shows
them enlarged.
"""

import argparse
import pathlib
import subprocess
import tempfile

from PIL import Image, ImageDraw, ImageFont

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = {
    "ddim": 20, "euler": 20, "euler_karras": 20, "euler_ancestral": 20, "dpmpp_2m": 20, "dpmpp_2m_karras": 20,
    "pndm": 50, "unipc": 20, "lcm": 8,
}
COLUMNS = 3
SIDE = 192  # width and height of an image on the sheet, in pixels
GAP = 16
LABEL = 28


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", help="image file to write")
    parser.add_argument("--url", default="http://localhost:8080", help="URL of the fleet's gateway")
    parser.add_argument("--prompt", default="a large red star on a white background")
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--guidance-scale", type=float, default=5)
    options = parser.parse_args()
    sheet = Image.new("RGB", (GAP + COLUMNS * (SIDE + GAP), GAP + -(-len(STEPS) // COLUMNS) * (SIDE + LABEL)), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=14)
    for i, (sampler, steps) in enumerate(STEPS.items()):
        x = GAP + i % COLUMNS * (SIDE + GAP)
        y = GAP + i // COLUMNS * (SIDE + LABEL)
        sheet.paste(image(sampler, steps, options), (x, y))
        draw.text((x + SIDE / 2, y + SIDE + 4), f"{sampler}, {steps} steps", "black", font, anchor="ma")
    sheet.save(options.output, optimize=True)


def image(sampler, steps, options):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "image.png")
        command = [ROOT / "deploy/fleet", "generate", options.prompt, "--url", options.url, "-o", file]
        command += ["--sampler", sampler, "--steps", steps, "--seed", options.seed]
        command += ["--guidance-scale", options.guidance_scale]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        return Image.open(file).convert("RGB").resize((SIDE, SIDE), Image.Resampling.NEAREST)


if __name__ == "__main__":
    main()
