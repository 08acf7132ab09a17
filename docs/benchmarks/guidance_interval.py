"""Measures what guidance in a part of the steps saves, and how much it changes the images.

    deploy/fleet up                                # in another terminal
    python docs/benchmarks/guidance_interval.py

Needs numpy, pillow and requests. For each interval, the script generates images with a running fleet, and compares them with the
images of the same seeds with guidance in all steps. It prints a Markdown table: the UNet evaluations of an image, and the
peak signal-to-noise ratio of the 8-bit images in decibels, for each seed.
"""

import argparse
import io
import math
import time

import numpy
import requests
from PIL import Image

INTERVALS = {
    "the last 20 %": (0.0, 0.8),
    "the last 50 %": (0.0, 0.5),
    "the first 20 %": (0.2, 1.0),
    "the first 50 %": (0.5, 1.0),
    "none": (0.0, 1.0),
    "all": None,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8080", help="URL of the fleet's gateway")
    parser.add_argument("--prompt", default="a large red star on a white background")
    parser.add_argument("--sampler", default="ddim")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance-scale", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1234, help="seed of the first image; image k uses seed + k")
    parser.add_argument("--count", type=int, default=3, help="images per interval")
    options = parser.parse_args()
    full, _ = generated(options, (0.0, 1.0))
    print("| steps without guidance | UNet evaluations |" + "".join(f" seed {options.seed + k} |" for k in range(options.count)))
    print("|---|---|" + "---|" * options.count)
    for name, interval in INTERVALS.items():
        images, evaluations = generated(options, interval)
        ratios = [psnr(a, b) for a, b in zip(images, full, strict=True)]
        print(f"| {name} | {evaluations // options.count} |" + "".join(f" {described(ratio)} |" for ratio in ratios), flush=True)


def generated(options, interval):
    body = {"prompt": options.prompt, "sampler": options.sampler, "steps": options.steps, "seed": options.seed, "count": options.count}
    body |= {"guidanceScale": 1} if interval is None else {
        "guidanceScale": options.guidance_scale, "guidanceStart": interval[0], "guidanceEnd": interval[1]}
    accepted = requests.post(f"{options.url}/v1/generations", json=body)
    accepted.raise_for_status()
    path = accepted.headers["Location"]
    while True:
        generation = requests.get(requests.compat.urljoin(options.url, path)).json()
        if generation["status"] not in ("queued", "running"):
            break
        time.sleep(0.2)
    if generation["status"] != "succeeded":
        raise SystemExit(f"generation {generation['id']}: {generation['status']}")
    files = [requests.get(requests.compat.urljoin(options.url, image["url"])).content for image in generation["images"]]
    return [Image.open(io.BytesIO(file)).convert("RGB") for file in files], generation["unetEvaluations"]


def described(ratio):
    return "identical" if ratio == math.inf else f"{ratio:.1f} dB"


def psnr(a, b):
    difference = numpy.asarray(a, float) - numpy.asarray(b, float)
    mean_square = (difference**2).mean()
    return 10 * math.log10(255**2 / mean_square) if mean_square else math.inf


if __name__ == "__main__":
    main()
