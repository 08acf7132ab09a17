// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Weights;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.engine.AdapterLoadBench.Report;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "adapter-load",
        sortOptions = false,
        description = {
            "Measures how long it takes to load an adapter that is not resident: reading it from"
                    + " the blob store, verifying its SHA-256, checking it against the base, and preparing"
                    + " it for a step.",
            "The adapter is random, with factors for all attention layers. Its file is in the operating"
                    + " system's page cache."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} bench adapter-load --model deploy/demo-model --rounds 50"})
public final class BenchAdapterLoadCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private Base base;

    private static final class Base {
        @Option(
                names = "--model",
                paramLabel = "PATH",
                description = "Base model: a folder in the diffusers layout, or a single-file checkpoint.")
        private @Nullable Path folder;

        @Option(
                names = "--arch",
                paramLabel = "NAME",
                description = "Architecture of the base, instead of --model: ${COMPLETION-CANDIDATES}.")
        private Architecture architecture;
    }

    @Option(
            names = "--adapter-rank",
            paramLabel = "R",
            defaultValue = "16",
            description = "Rank of the adapter (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(names = "--save", paramLabel = "FILE", description = "File for a copy of the adapter. Default: no copy.")
    private @Nullable Path save;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "5",
            description = "Number of warm-up rounds (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Number of measured rounds (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed for the adapter's weights (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads per operation. Default: one per processor.")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "Prints the result as JSON, with times in seconds.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (rank < 1 || rounds < 1) {
            throw new FleetException("--adapter-rank, --rounds: expected at least 1, found " + rank + ", " + rounds);
        }
        TorchSettings.configure(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        Path folder = Files.createTempDirectory("lorafleet-adapter-load");
        try {
            Map<String, Shape> unet =
                    base.folder == null ? shapes(base.architecture) : RandomAdapter.shapes(base.folder);
            byte[] file = RandomAdapter.file(unet, rank, RandomAdapter.MILD, seed);
            if (save != null) {
                Files.write(save, file);
            }
            Report report = new AdapterLoadBench(new DirectoryBlobStore(folder), unet, DataType.FLOAT32)
                    .run(file, warmUp, rounds);
            System.out.println(json ? new String(Json.write(report), StandardCharsets.UTF_8) : describe(report));
            return ExitCode.OK;
        } catch (ModelFileException | AdapterException e) {
            throw new FleetException(e.getMessage());
        } finally {
            delete(folder);
        }
    }

    /** Generates random weights to determine the weights' shapes. */
    private static Map<String, Shape> shapes(Architecture architecture) {
        try (NDManager owner = Engine.getEngine("PyTorch").newBaseManager(Device.cpu())) {
            return new UNet(architecture.config(), Weights.random("unet", DataType.FLOAT32, owner)).weightShapes();
        }
    }

    private static String describe(Report report) {
        return String.join(
                System.lineSeparator(),
                List.of(
                        String.format(Locale.ROOT, "%.1f MB, milliseconds: median (p95)", report.bytes() / 1e6),
                        line("fetch", report.fetch()),
                        line("verify", report.verify()),
                        line("parse, check", report.parse()),
                        line("stack", report.stack()),
                        line("total", report.total())));
    }

    private static String line(String what, Distribution seconds) {
        return String.format(Locale.ROOT, "%-13s %8.2f (%.2f)", what, seconds.p50() * 1000, seconds.p95() * 1000);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
