// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.Weights;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Measures the UNet steps of one batch, or of two batches alternately, so that conditions are the same for both. */
final class EngineBench {
    private static final int TEXT_TOKENS = 77;
    private static final Path STATUS = Path.of("/proc/self/status");

    private final UNet unet;
    private final NDManager owner;
    private final Workload workload;

    /**
     * The batches to measure.
     *
     * @param beside second batch, measured alternately with the first; null if there is none
     * @param size width and height in pixels, or null for the size of the model's training images
     */
    record Workload(
            Rows rows, @Nullable Rows beside, @Nullable Integer size, Precision precision, int warmUp, int steps) {}

    /**
     * The rows in a step.
     *
     * @param adapterRank rank of the random adapters, one for each row; 0 for no adapters
     * @param forwards number of batches that the rows are divided into
     */
    record Rows(int count, int adapterRank, int forwards) {}

    /**
     * @param besideMedianSeconds median time of the second batch, or null
     * @param peakMebibytes peak resident memory of this process
     */
    record Report(
            int size,
            double medianSeconds,
            double fastestSeconds,
            @Nullable Double besideMedianSeconds,
            long peakMebibytes,
            List<Double> seconds) {}

    /** A batch with the inputs shared by its steps. */
    private record Batch(NDArray latent, double[] timesteps, PreparedConditioning text, RowAdapters adapters) {}

    private EngineBench(UNet unet, NDManager owner, Workload workload) {
        this.unet = unet;
        this.owner = owner;
        this.workload = workload;
    }

    static Report run(Path folder, Workload workload) throws IOException {
        try (StableDiffusion model = StableDiffusion.open(folder, Device.cpu(), workload.precision())) {
            return new EngineBench(model.unet(), model.owner(), workload).run(model.sizeMultiple());
        }
    }

    static Report run(Architecture architecture, Workload workload) throws IOException {
        workload.precision().require(Device.cpu());
        try (NDManager owner = Engine.getEngine("PyTorch").newBaseManager(Device.cpu())) {
            UNet unet = new UNet(
                    architecture.config(),
                    Weights.random("unet", workload.precision().dataType(), owner)
                            .withUse(workload.precision().use()));
            return new EngineBench(unet, owner, workload).run(architecture.factor());
        }
    }

    private Report run(int factor) throws IOException {
        UNetConfig config = unet.config();
        int size = workload.size() == null ? config.sampleSize() * factor : workload.size();
        if (size < factor || size % factor != 0) {
            throw new FleetException("--size: expected a positive multiple of " + factor + ", found " + size);
        }
        List<Double> seconds = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        try (NDManager job = owner.newSubManager()) {
            List<Batch> step = batches(workload.rows(), size / factor, job);
            List<Batch> other = workload.beside() == null ? List.of() : batches(workload.beside(), size / factor, job);
            for (int i = -workload.warmUp(); i < workload.steps(); i++) {
                time(step, i < 0 ? new ArrayList<>() : seconds, job);
                if (!other.isEmpty()) {
                    time(other, i < 0 ? new ArrayList<>() : beside, job);
                }
            }
        }
        return new Report(
                size,
                median(seconds),
                Collections.min(seconds),
                beside.isEmpty() ? null : median(beside),
                peakMebibytes(),
                seconds);
    }

    private List<Batch> batches(Rows rows, int side, NDManager job) {
        int each = rows.count() / rows.forwards();
        return Stream.generate(() -> batch(each, rows.adapterRank(), side, job))
                .limit(rows.forwards())
                .toList();
    }

    private Batch batch(int rows, int adapterRank, int side, NDManager job) {
        UNetConfig config = unet.config();
        RowAdapters adapters = RowAdapters.stack(rowAdapters(rows, adapterRank, job), unet.type(), job);
        NDArray latent = job.randomNormal(new Shape(rows, config.inChannels(), side, side));
        double[] timesteps = new double[rows];
        Arrays.fill(timesteps, 500);
        return new Batch(latent, timesteps, unet.prepare(conditioning(rows, config, job), adapters), adapters);
    }

    private void time(List<Batch> batches, List<Double> seconds, NDManager job) {
        long start = System.nanoTime();
        for (Batch batch : batches) {
            try (NDManager step = job.newSubManager()) {
                batch.latent().tempAttach(step);
                unet.forward(batch.latent(), batch.timesteps(), batch.text(), batch.adapters())
                        .toFloatArray();
            }
        }
        seconds.add((System.nanoTime() - start) / 1e9);
    }

    private static double median(List<Double> seconds) {
        return seconds.stream().sorted().toList().get(seconds.size() / 2);
    }

    static Conditioning conditioning(int rows, UNetConfig config, NDManager job) {
        NDArray context = job.randomNormal(new Shape(rows, TEXT_TOKENS, config.contextWidth()));
        if (config.addition() == null) {
            return Conditioning.of(context);
        }
        int sizes = 6;
        int pooled = config.addition().width() - sizes * config.addition().sizeWidth();
        return new Conditioning(
                context,
                job.randomNormal(new Shape(rows, pooled)),
                job.ones(new Shape(rows, sizes)).mul(1024));
    }

    private List<List<RowAdapters.Applied>> rowAdapters(int rows, int rank, NDManager job) {
        List<List<RowAdapters.Applied>> adapters = new ArrayList<>();
        for (int i = 0; i < rows && rank > 0; i++) {
            adapters.add(List.of(new RowAdapters.Applied(adapter(rank, i, job), 1)));
        }
        return adapters;
    }

    private DeviceAdapter adapter(int rank, long seed, NDManager job) {
        byte[] weights = RandomAdapter.file(unet.weightShapes(), rank, RandomAdapter.MILD, seed);
        Safetensors file = Safetensors.of("random adapter", weights);
        return DeviceAdapter.of(LoraFile.read(file, unet.weightShapes()), unet.type(), job);
    }

    /** @return the peak resident memory of this process */
    static long peakMebibytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }
}
