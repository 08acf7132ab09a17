// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.text.PromptEncoder;
import io.lorafleet.diffusion.text.TextStates;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.PipelineFolder;
import io.lorafleet.diffusion.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a pipeline on the inputs in its {@code expected*.safetensors} and compares the outputs. Each part gets the
 * reference input instead of the previous part's output, so that an error is attributed to the part that caused it.
 */
public final class Parity implements AutoCloseable {
    public static final String EXPECTED = "expected.safetensors";
    private static final String EXPECTED_LORA = "expected_lora.safetensors";
    private static final String EXPECTED_ADAPTERS = "expected_adapters.safetensors";
    private static final String EXPECTED_PEFT_FOLDERS = "expected_peft_folders.safetensors";
    /** Reference tensors for distillation, which {@code common/distillation} compares. */
    public static final String EXPECTED_DISTILL = "expected_distill.safetensors";

    private static final String NO_ADAPTER = "<none>";
    /** Suffixes of the folders that hold one adapter in several formats. */
    private static final List<String> FORMATS = List.of("", "_peft", "_kohya");

    private final Path folder;
    private final StableDiffusion model;
    private final ReferenceTensors expected;
    private final Consumer<ParityResult> results;

    private Parity(Path folder, Precision precision, Consumer<ParityResult> results) {
        this.folder = folder;
        PipelineFolder.open(folder); // reports an invalid folder in detail
        Path file = folder.resolve(EXPECTED);
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(
                    folder + ": expected reference tensors in " + EXPECTED + ", found no such file");
        }
        this.expected = new ReferenceTensors(Safetensors.open(file));
        this.model = StableDiffusion.open(folder, Device.cpu(), precision);
        this.results = results;
    }

    /**
     * Compares all reference tensors of a pipeline.
     *
     * @param folder pipeline folder with {@code expected.safetensors}, and {@code expected_lora.safetensors} if it has
     *     adapters
     * @param precision precision of the UNet
     * @param results receives the result for each reference tensor as soon as it is available
     */
    public static void check(Path folder, Precision precision, Consumer<ParityResult> results) {
        try (Parity parity = new Parity(folder, precision, results)) {
            parity.text();
            parity.prompts();
            parity.unet();
            parity.vae();
            parity.loop();
            GuidanceParity.check(folder, parity.model, results);
            parity.adapters();
            parity.adapterBatches(folder.resolve(EXPECTED_ADAPTERS));
            parity.adapterBatches(folder.resolve(EXPECTED_PEFT_FOLDERS));
            InpaintingParity.check(folder, parity.model, results);
            ControlParity.check(folder, parity.model, precision, parity::controlInputs, parity::opened, results);
            parity.reportSkipped();
        }
    }

    private void text() {
        if (!expected.has("token_ids")) {
            return;
        }
        List<String> prompts = expected.list("prompts");
        List<PromptEncoder.Part> encoders = model.prompts().parts();
        long[] ids = prompts.stream()
                .flatMapToLong(
                        prompt -> Arrays.stream(encoders.get(0).tokenizer().encode(prompt)))
                .toArray();
        results.accept(expected.compareExactly("token_ids", ids));
        try (NDManager scope = scope()) {
            for (int i = 0; i < encoders.size(); i++) {
                TextStates states = encoders.get(i).encode(prompts, scope);
                String name = i == 0 ? "text" : "text" + (i + 1);
                compare(name + ".last_hidden_state", states.lastHiddenState());
                compare(name + ".penultimate", states.penultimate());
                compare(name + ".pooled", states.pooled());
                compare(name + ".text_embeds", states.embeds());
            }
            // The image size has no effect on the context.
            compare("context", model.prompts().encode(prompts, 0, 0, scope).context());
        }
    }

    private void prompts() {
        try (NDManager scope = scope()) {
            PromptParity.check(folder, model, opened(scope), results);
        }
    }

    private void unet() {
        try (NDManager scope = scope()) {
            if (expected.has("unet.out")) {
                compare("unet.out", unet("unet.sample", Adaptation.NONE, scope));
            }
            if (expected.has("unet.out_rect")) {
                compare("unet.out_rect", unet("unet.sample_rect", Adaptation.NONE, scope));
            }
        }
    }

    private NDArray unet(String sample, Adaptation adaptation, NDManager scope) {
        double[] timesteps = expected.doubles("unet.timestep");
        PreparedConditioning text = model.unet().prepare(conditioning(scope), adaptation);
        return model.unet().forward(expected.read(sample, scope), timesteps, text, adaptation);
    }

    private ControlParity.Inputs controlInputs(NDManager scope) {
        return new ControlParity.Inputs(
                expected.read("unet.sample_rect", scope), expected.doubles("unet.timestep"), conditioning(scope));
    }

    private Conditioning conditioning(NDManager scope) {
        NDArray context = expected.read("context", scope);
        return expected.has("time_ids")
                ? new Conditioning(context, expected.read("text2.text_embeds", scope), expected.read("time_ids", scope))
                : Conditioning.of(context);
    }

    private void vae() {
        try (NDManager scope = scope()) {
            if (expected.has("vae.image")) {
                var posterior = model.vae().encode(expected.read("vae.image", scope));
                compare("vae.mean", posterior.mean());
                compare("vae.logvar", posterior.logVariance());
            }
            if (expected.has("vae.latent")) {
                compare("vae.decoded", model.vae().decode(expected.read("vae.latent", scope)));
            }
        }
    }

    /** Compares the sampling loop with guidance: the latent after each step, and the image. */
    private void loop() {
        if (!expected.has("loop.initial")) {
            return;
        }
        try (NDManager scope = scope()) {
            NDArray noise = expected.read("loop.initial", scope);
            int steps = Integer.parseInt(expected.metadata("steps"));
            SamplerKind sampler = model.schedule().sampler();
            GenerationParameters request = new GenerationParameters(
                    expected.list("prompts").get(0),
                    expected.metadata("negative"),
                    Double.parseDouble(expected.metadata("guidance")),
                    sampler,
                    steps,
                    (int) noise.getShape().get(3) * model.sizeMultiple(),
                    (int) noise.getShape().get(2) * model.sizeMultiple(),
                    0);
            compare(
                    "loop.timesteps",
                    ReferenceTensors.row(sampler.with(model.schedule(), steps).timesteps(), scope));
            try (PreparedPrompt prompt =
                            PreparedPrompt.withConditioning(model, request, owner -> loopConditioning(request, owner));
                    Denoising denoising = Denoising.startFrom(noise.toFloatArray(), prompt, request)) {
                NDList trajectory = new NDList();
                while (!denoising.done()) {
                    denoising.advance();
                    NDArray copy = denoising.latent().duplicate();
                    copy.attach(scope);
                    trajectory.add(copy);
                }
                compare("loop.trajectory", NDArrays.concat(trajectory));
                compare("loop.image", model.vae().decodeScaled(trajectory.get(trajectory.size() - 1)));
            }
        }
    }

    /** Reads SDXL's size conditioning from the reference, because it may differ from the image size. */
    private Conditioning loopConditioning(GenerationParameters request, NDManager owner) {
        int width = request.width();
        int height = request.height();
        if (expected.has("time_ids")) {
            float[] sizes = expected.read("time_ids", owner).toFloatArray();
            height = (int) sizes[4];
            width = (int) sizes[5];
        }
        return model.prompts().encode(PreparedPrompt.prompts(request), width, height, owner);
    }

    /** Compares each adapter in each of its formats on all rows, then a batch with different adapters. */
    private void adapters() {
        Path file = folder.resolve(EXPECTED_LORA);
        if (!Files.isRegularFile(file)) {
            return;
        }
        ReferenceTensors outputs = new ReferenceTensors(Safetensors.open(file));
        try (NDManager scope = scope()) {
            Map<String, List<RowAdapters.Applied>> loaded = new HashMap<>(Map.of(NO_ADAPTER, List.of()));
            int rows = (int) expected.read("unet.sample", scope).getShape().get(0);
            for (String tensor : outputs.names()) {
                String name = tensor.substring(0, tensor.lastIndexOf('.'));
                if (name.equals("mixed")) {
                    continue;
                }
                for (String format : FORMATS) {
                    Path adapter = folder.resolve("lora").resolve(name + format);
                    if (Files.isDirectory(adapter)) {
                        List<RowAdapters.Applied> row = List.of(new RowAdapters.Applied(open(adapter, scope), 1));
                        loaded.putIfAbsent(name, row);
                        compareAdapted(outputs, tensor, name + format + ".out", Collections.nCopies(rows, row), scope);
                    } else if (format.isEmpty()) {
                        results.accept(
                                new ParityResult.Skipped(tensor, "expected an adapter in " + adapter + ", found none"));
                    }
                }
            }
            List<String> missing = outputs.has("mixed.out")
                    ? outputs.list("rows").stream()
                            .filter(name -> !loaded.containsKey(name))
                            .toList()
                    : List.of();
            if (!missing.isEmpty()) {
                results.accept(new ParityResult.Skipped(
                        "lora/mixed.out", "expected the adapters " + missing + ", found none"));
            } else if (outputs.has("mixed.out")) {
                List<List<RowAdapters.Applied>> mixed =
                        outputs.list("rows").stream().map(loaded::get).toList();
                compareAdapted(outputs, "mixed.out", "mixed.out", mixed, scope);
            }
        }
    }

    private Function<String, DeviceAdapter> opened(NDManager scope) {
        Map<String, DeviceAdapter> loaded = new HashMap<>();
        return name -> loaded.computeIfAbsent(name, each -> opened(each, scope));
    }

    private DeviceAdapter opened(String name, NDManager scope) {
        Path peft = folder.resolve("lora").resolve(name);
        return open(Files.isDirectory(peft) ? peft : peft.resolveSibling(name + ".safetensors"), scope);
    }

    private DeviceAdapter open(Path adapter, NDManager scope) {
        LoraAdapter read = LoraFile.open(adapter, model.weights());
        return DeviceAdapter.of(read, model.weights(), model.unet().type(), scope);
    }

    /** Compares batches whose metadata names the adapters of each row, with their scales. */
    private void adapterBatches(Path file) {
        if (!Files.isRegularFile(file)) {
            return;
        }
        ReferenceTensors outputs = new ReferenceTensors(Safetensors.open(file));
        Map<String, List<List<ReferenceTensors.Scaled>>> batches = outputs.batches("batches");
        try (NDManager scope = scope()) {
            Map<String, DeviceAdapter> loaded = new HashMap<>();
            for (String tensor : outputs.names()) {
                List<List<RowAdapters.Applied>> rows = new ArrayList<>();
                for (List<ReferenceTensors.Scaled> row :
                        batches.getOrDefault(tensor.substring(0, tensor.lastIndexOf('.')), List.of())) {
                    rows.add(row.stream()
                            .map(each -> new RowAdapters.Applied(
                                    loaded.computeIfAbsent(each.adapter(), name -> opened(name, scope)),
                                    each.scale(),
                                    each.triggerWord()))
                            .toList());
                }
                compareAdapted(outputs, tensor, tensor, rows, scope);
            }
        }
    }

    private void compareAdapted(
            ReferenceTensors outputs,
            String tensor,
            String label,
            List<List<RowAdapters.Applied>> rows,
            NDManager scope) {
        try (RowAdapters adapters = RowAdapters.stack(rows, model.unet().type(), scope)) {
            results.accept(outputs.compare("lora/" + label, tensor, unet("unet.sample", adapters, scope)));
        }
    }

    /** Reports the reference tensors and files that were not compared. */
    private void reportSkipped() {
        expected.unused().forEach(this::skip);
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("expected") && name.endsWith(".safetensors"))
                    .filter(name -> !List.of(
                                    EXPECTED,
                                    EXPECTED_LORA,
                                    EXPECTED_ADAPTERS,
                                    EXPECTED_PEFT_FOLDERS,
                                    EXPECTED_DISTILL,
                                    PromptParity.EXPECTED,
                                    PromptParity.EXPECTED_WITH_ADAPTERS,
                                    PromptParity.EXPECTED_WITH_PEFT_FOLDER,
                                    PromptParity.EXPECTED_WITH_EMBEDDINGS,
                                    InpaintingParity.EXPECTED,
                                    GuidanceParity.EXPECTED,
                                    ControlParity.EXPECTED)
                            .contains(name))
                    .sorted()
                    .forEach(this::skip);
        } catch (IOException e) {
            throw new ModelFileException(folder + ": cannot be listed: " + e, e);
        }
    }

    private void skip(String name) {
        results.accept(new ParityResult.Skipped(name, "not computed by lorafleet"));
    }

    private void compare(String tensor, @Nullable NDArray out) {
        if (out != null && expected.has(tensor)) {
            results.accept(expected.compare(tensor, out));
        }
    }

    private NDManager scope() {
        return model.owner().newSubManager();
    }

    @Override
    public void close() {
        model.close();
    }
}
