// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.vae.Vae;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.Weights;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "decode",
        sortOptions = false,
        description = "Measures the time and the memory that a VAE with random weights needs to decode one latent.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} bench decode --arch sd15 --size 1024 --tiled"})
public final class BenchDecodeCommand implements Callable<Integer> {
    @Option(
            names = "--arch",
            paramLabel = "NAME",
            required = true,
            description = "Architecture of the model: ${COMPLETION-CANDIDATES}.")
    private Architecture architecture;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "1024",
            description = "Width and height of the image, in pixels (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--tiled", description = "Decodes in tiles if the image is larger than one tile.")
    private boolean tiled;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads per operation. Default: one per processor.")
    private @Nullable Integer threads;

    @Override
    public Integer call() throws IOException {
        TorchSettings.configure(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        VaeConfig config = architecture.vae();
        if (size < config.factor() || size % config.factor() != 0) {
            throw new FleetException("--size: expected a positive multiple of " + config.factor() + ", found " + size);
        }
        try (NDManager owner = Engine.getEngine("PyTorch").newBaseManager(Device.cpu())) {
            Vae vae = new Vae(
                            config,
                            Weights.random("vae", DataType.FLOAT32, owner).withUse(Precision.FLOAT32.use()))
                    .tilingAbove(tiled ? 0 : Long.MAX_VALUE);
            int side = size / config.factor();
            NDArray latent = owner.randomNormal(new Shape(1, config.latentChannels(), side, side));
            long before = EngineBench.peakMebibytes();
            long start = System.nanoTime();
            vae.decode(latent).toFloatArray();
            System.out.printf(
                    Locale.ROOT,
                    "%d x %d, %s: %.1f s, peak memory %d MiB (%d MiB before decoding)%n",
                    size,
                    size,
                    tiled ? "in tiles" : "whole",
                    (System.nanoTime() - start) / 1e9,
                    EngineBench.peakMebibytes(),
                    before);
        }
        return ExitCode.OK;
    }
}
