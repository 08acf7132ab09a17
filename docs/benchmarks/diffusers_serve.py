"""Serves a trace with diffusers and PEFT in the usual way: one pipeline, all adapters loaded, one request at a time.

    deploy/fleet bench serve --arrivals closed:8 --make-adapters 16 --save-trace trace.jsonl --save-adapters adapters
    python docs/benchmarks/diffusers_serve.py --model deploy/demo-model --trace trace.jsonl --adapters adapters

The script loads all adapters before it times anything. By default, all requests are waiting at the start. This measures
throughput, and `latency` is the processing time of a request. With --open-loop, requests arrive at the times in the trace, and
`latency` starts when a request is due. It ends when the PNG of the request is in memory.
"""

import argparse
import io
import json
import math
import pathlib
import time

SAMPLERS = {  # diffusers' equivalents of the samplers in docs/samplers.md
    "ddim": ("DDIMScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_karras": ("EulerDiscreteScheduler", {"use_karras_sigmas": True}),
    "euler_ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpmpp_3m_sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++", "solver_order": 3}),
    "dpmpp_sde": ("DPMSolverSDEScheduler", {}),  # needs torchsde, whose noise is not that of lorafleet
    "heun": ("HeunDiscreteScheduler", {}),
    "deis": ("DEISMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
}


def main():
    options = parse()
    requests = [json.loads(line) for line in pathlib.Path(options.trace).read_text().splitlines() if line.strip()]
    requests = requests[:options.requests]
    server = Server(options, {adapter_of(request) for request in requests} - {None})
    for request in (requests * options.warm_up)[:options.warm_up]:
        server.serve({**request, "adapter": None})
    report = summary(serve_all(server, requests, options))
    print(json.dumps(report) if options.json else describe(report))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="pipeline folder")
    parser.add_argument("--trace", required=True, help="trace file that `fleet bench serve --save-trace` wrote")
    parser.add_argument("--adapters", help="folder that contains NAME.safetensors for each adapter in the trace")
    parser.add_argument("--as-students", action="store_true",
                        help="run adapters without guidance, at the scale that matches the request's guidance; "
                             "by default, all requests run with guidance")
    parser.add_argument("--trained-at", type=float, default=5, help="with --as-students: guidance scale of the students")
    parser.add_argument("--open-loop", action="store_true", help="send requests at the times in the trace")
    parser.add_argument("--requests", type=int, help="number of requests to serve, from the start of the trace (default: all)")
    parser.add_argument("--warm-up", type=int, default=4, help="untimed requests at the start, without adapters")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save", help="folder for the images (NUMBER.png)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def adapter_of(request):
    """Returns the adapter name without its version: the folder contains one version of each adapter."""
    return (request.get("adapter") or "").split("@")[0] or None


class Server:
    def __init__(self, options, adapters):
        import diffusers
        import torch

        torch.set_num_threads(options.threads)
        diffusers.utils.logging.set_verbosity_error()
        diffusers.utils.logging.disable_progress_bar()
        self.options, self.diffusers, self.torch = options, diffusers, torch
        self.pipe = diffusers.StableDiffusionPipeline.from_pretrained(
            options.model, torch_dtype=torch.float32, safety_checker=None)
        self.pipe.set_progress_bar_config(disable=True)
        for name in sorted(adapters):
            # PEFT treats a dot in a name as a separator between module levels.
            self.pipe.load_lora_weights(options.adapters, weight_name=f"{name}.safetensors",
                                        adapter_name=name.replace(".", "_"))
        self.has_adapters = bool(adapters)
        self.active = ()
        self.activate(None, 1)

    def activate(self, adapter, scale):
        """Does nothing if the adapter is already active, because PEFT would take some milliseconds to activate it again."""
        if not self.has_adapters or self.active == (adapter, scale):
            return
        if adapter is None:
            self.pipe.disable_lora()
        else:
            self.pipe.enable_lora()
            self.pipe.set_adapters([adapter.replace(".", "_")], [scale])
        self.active = (adapter, scale)

    def serve(self, request):
        """Returns the PNG and the number of UNet evaluations."""
        adapter, guidance, scale = adapter_of(request), request["guidance"], 1
        if adapter and self.options.as_students:
            guidance, scale = 1, (guidance - 1) / (self.options.trained_at - 1)
        self.activate(adapter, scale)
        if request.get("sampler"):
            kind, settings = SAMPLERS[request["sampler"]]
            self.pipe.scheduler = getattr(self.diffusers, kind).from_config(self.pipe.scheduler.config, **settings)
        image = self.pipe(
            request["prompt"], guidance_scale=guidance, num_inference_steps=request["steps"],
            width=request.get("width"), height=request.get("height"),
            generator=self.torch.Generator("cpu").manual_seed(request["seed"])).images[0]
        png = io.BytesIO()
        image.save(png, "png")
        return png.getvalue(), len(self.pipe.scheduler.timesteps) * (2 if guidance > 1 else 1)


def serve_all(server, requests, options):
    """Returns the latency and the end of each request, in seconds from the start, and the total number of UNet evaluations."""
    done, evaluations = [], 0
    start = time.perf_counter()
    for number, request in enumerate(requests):
        due = request["offset"] if options.open_loop else time.perf_counter() - start
        time.sleep(max(0, due - (time.perf_counter() - start)))
        png, asked = server.serve(request)
        evaluations += asked
        end = time.perf_counter() - start
        done.append((end - due, end))
        if options.save:
            pathlib.Path(options.save, f"{number}.png").write_bytes(png)
    return done, evaluations


def summary(results):
    done, evaluations = results
    seconds = max(end for _, end in done)
    latencies = sorted(latency for latency, _ in done)
    return {
        "requests": len(done),
        "seconds": seconds,
        "imagesPerSecond": len(done) / seconds,
        "unetEvaluationsPerSecond": evaluations / seconds,
        "latency": {name: latencies[max(0, math.ceil(share * len(latencies)) - 1)]  # nearest rank, as in bench serve
                    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1))},
    }


def describe(report):
    latency = report["latency"]
    return "\n".join([
        f"{report['requests']} images in {report['seconds']:.2f} s",
        f"throughput {report['imagesPerSecond']:.3f} images/s, "
        f"{report['unetEvaluationsPerSecond']:.1f} UNet evaluations/s",
        "latency    " + ", ".join(f"{name} {value:.3f} s" for name, value in latency.items()),
    ])


if __name__ == "__main__":
    main()
