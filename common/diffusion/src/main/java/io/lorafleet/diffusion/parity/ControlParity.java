// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.lorafleet.diffusion.Control;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.StepBatch;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.ControlNet;
import io.lorafleet.diffusion.unet.Residuals;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares ControlNets: their results, the UNet's output with these results, and sampling loops, each alone and all in
 * mixed batches.
 */
final class ControlParity implements AutoCloseable {
    static final String EXPECTED = "expected_controls.safetensors";

    private final StableDiffusion model;
    private final ReferenceTensors expected;
    private final Function<String, ControlNet> open;
    private final Map<String, ControlNet> nets = new HashMap<>();

    /**
     * A loop.
     *
     * @param adapter name of the adapter of all rows; null without
     * @param init start of the loop; null to start from the noise in the file
     */
    private record Case(
            String name,
            String sampler,
            int steps,
            double guidance,
            List<Use> controls,
            @Nullable String adapter,
            @Nullable Init init) {}

    /** An init image, with the seed of the noise. */
    private record Init(String image, double strength, long seed) {}

    /** A ControlNet of a loop. @param image name of the condition image */
    private record Use(String net, String image, double scale, double start, double end) {}

    /** The inputs of a forward pass, from the file with the other reference tensors. */
    record Inputs(NDArray sample, double[] timesteps, Conditioning conditioning) {}

    private ControlParity(StableDiffusion model, ReferenceTensors expected, Function<String, ControlNet> open) {
        this.model = model;
        this.expected = expected;
        this.open = open;
    }

    /**
     * @param folder pipeline folder; without reference tensors of ControlNets, there are no results
     * @param inputs returns inputs that are owned by a manager
     * @param adapters returns an adapter by its name, owned by a manager
     */
    static void check(
            Path folder,
            StableDiffusion model,
            Precision precision,
            Function<NDManager, Inputs> inputs,
            Function<NDManager, Function<String, DeviceAdapter>> adapters,
            Consumer<ParityResult> results) {
        Path file = folder.resolve(EXPECTED);
        if (!Files.isRegularFile(file)) {
            return;
        }
        ReferenceTensors expected = new ReferenceTensors(Safetensors.open(file));
        Function<String, ControlNet> open =
                name -> model.openControlNet(folder.resolve("control").resolve(name), precision);
        try (ControlParity parity = new ControlParity(model, expected, open);
                NDManager scope = model.owner().newSubManager()) {
            parity.forwards(inputs.apply(scope), scope, results);
            parity.loops(adapters.apply(scope), scope, results);
        }
        expected.unused()
                .forEach(tensor ->
                        results.accept(new ParityResult.Skipped("controls/" + tensor, "no case has this name")));
    }

    private ControlNet net(String name) {
        return nets.computeIfAbsent(name, open);
    }

    private void forwards(Inputs inputs, NDManager scope, Consumer<ParityResult> results) {
        float scale = Float.parseFloat(expected.metadata("scale"));
        for (String tensor : expected.names()) {
            if (tensor.endsWith(".middle")) {
                forward(tensor.substring(0, tensor.lastIndexOf('.')), inputs, scale, scope, results);
            }
        }
    }

    private void forward(String name, Inputs inputs, float scale, NDManager scope, Consumer<ParityResult> results) {
        ControlNet net = net(name);
        List<NDArray> outputs = net
                .forward(
                        inputs.sample(),
                        inputs.timesteps(),
                        net.prepare(inputs.conditioning()),
                        net.embed(expected.read("condition", scope)))
                .stream()
                .map(output -> output.mul(scale))
                .toList();
        int middle = outputs.size() - 1;
        for (int i = 0; i < middle; i++) {
            String tensor = name + ".skip" + i;
            results.accept(expected.compare("controls/" + tensor, tensor, outputs.get(i)));
        }
        results.accept(expected.compare("controls/" + name + ".middle", name + ".middle", outputs.get(middle)));
        List<Residuals> residuals = new ArrayList<>();
        for (int row = 0; row < inputs.timesteps().length; row++) {
            NDIndex index = new NDIndex(row + ":" + (row + 1));
            List<NDArray> own =
                    outputs.stream().map(output -> output.get(index)).toList();
            residuals.add(new Residuals(row, own.subList(0, middle), own.get(middle)));
        }
        NDArray out = model.unet()
                .forward(
                        inputs.sample(),
                        inputs.timesteps(),
                        model.unet().prepare(inputs.conditioning(), Adaptation.NONE),
                        Adaptation.NONE,
                        residuals);
        results.accept(expected.compare("controls/" + name + ".unet.out", name + ".unet.out", out));
    }

    private void loops(Function<String, DeviceAdapter> adapters, NDManager scope, Consumer<ParityResult> results) {
        NDArray initial = expected.read("initial", scope);
        List<Case> cases = List.of(expected.object("cases", Case[].class));
        for (Case each : cases) {
            compare("controls/", run(List.of(each), adapters, initial), results);
        }
        compare("controls/mixed/", run(cases, adapters, initial), results);
    }

    private void compare(String prefix, Map<String, NDArray> trajectories, Consumer<ParityResult> results) {
        trajectories.forEach((name, trajectory) -> {
            String tensor = name + ".trajectory";
            results.accept(expected.compare(prefix + tensor, tensor, trajectory));
        });
    }

    /** @return for each loop, the latent after each model evaluation, attached to the noise's manager */
    private Map<String, NDArray> run(List<Case> cases, Function<String, DeviceAdapter> adapters, NDArray noise) {
        List<PreparedPrompt> prompts = new ArrayList<>();
        List<Loop> loops = new ArrayList<>();
        try {
            for (Case each : cases) {
                List<RowAdapters.Applied> applied = each.adapter() == null
                        ? List.of()
                        : List.of(new RowAdapters.Applied(adapters.apply(each.adapter()), 1));
                PreparedPrompt prompt = PreparedPrompt.of(
                        model, request(each, noise), applied, null, controls(each, noise.getManager()));
                prompts.add(prompt);
                loops.add(new Loop(each.name(), start(each, prompt, noise), new NDList()));
            }
            List<Loop> unfinished = loops;
            while (!unfinished.isEmpty()) {
                try (StepBatch batch =
                        StepBatch.of(unfinished.stream().map(Loop::image).toList())) {
                    batch.advance();
                }
                unfinished.forEach(loop -> loop.keepLatent(noise.getManager()));
                unfinished =
                        unfinished.stream().filter(loop -> !loop.image().done()).toList();
            }
        } finally {
            loops.forEach(loop -> loop.image().close());
            prompts.forEach(PreparedPrompt::close);
        }
        Map<String, NDArray> trajectories = new LinkedHashMap<>();
        loops.forEach(loop -> trajectories.put(loop.name(), NDArrays.concat(loop.latents())));
        return trajectories;
    }

    /** A running loop. */
    private record Loop(String name, Denoising image, NDList latents) {
        void keepLatent(NDManager owner) {
            NDArray copy = image.latent().duplicate();
            copy.attach(owner);
            latents.add(copy);
        }
    }

    private Denoising start(Case each, PreparedPrompt prompt, NDArray noise) {
        GenerationParameters request = request(each, noise);
        if (each.init() == null) {
            return Denoising.startFrom(noise.toFloatArray(), prompt, request);
        }
        RgbImage image = image(each.init().image(), noise.getManager());
        return Denoising.start(
                prompt, request, new ImageToImage(image, each.init().strength()));
    }

    private RgbImage image(String name, NDManager scope) {
        return RgbImage.of(expected.read("image." + name, scope));
    }

    private GenerationParameters request(Case each, NDArray noise) {
        return new GenerationParameters(
                expected.metadata("prompt"),
                expected.metadata("negative"),
                each.guidance(),
                SamplerKind.valueOf(each.sampler().toUpperCase(Locale.ROOT)),
                each.steps(),
                (int) noise.getShape().get(3) * model.sizeMultiple(),
                (int) noise.getShape().get(2) * model.sizeMultiple(),
                each.init() == null ? 0 : each.init().seed());
    }

    private List<Control> controls(Case each, NDManager owner) {
        return each.controls().stream()
                .map(use -> new Control(net(use.net()), image(use.image(), owner), use.scale(), use.start(), use.end()))
                .toList();
    }

    @Override
    public void close() {
        nets.values().forEach(ControlNet::close);
    }
}
