// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.Publishing.Publisher;
import io.lorafleet.standalone.bench.engine.RandomAdapter;
import io.lorafleet.standalone.client.GatewayClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The adapters that {@code bench serve} requests: either adapters in the fleet, or random adapters that the command
 * uploads.
 */
final class BenchAdapterOptions {
    /** The default guidance scale of {@code distill} and {@code bench serve}. */
    private static final double GUIDANCE = 5;

    @Option(
            names = "--adapters",
            paramLabel = "NAME",
            split = ",",
            description = "Adapters in the fleet to choose from, most popular first. Separate names with commas.")
    private List<String> names = List.of();

    @Option(
            names = "--make-adapters",
            paramLabel = "N",
            defaultValue = "0",
            description = "Number of random students to create for --model, upload as bench-0, bench-1 and so"
                    + " on, and choose from (default: ${DEFAULT-VALUE}).")
    private int made;

    @Option(
            names = "--adapter-rank",
            paramLabel = "R",
            defaultValue = "4",
            description = "Rank of the random adapters (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--registered",
            paramLabel = "N",
            defaultValue = "0",
            description = "Number of additional random adapters to upload, which no request uses (default:"
                    + " ${DEFAULT-VALUE}).")
    private int registered;

    @Option(
            names = "--publish",
            paramLabel = "N",
            defaultValue = "0",
            description = "Number of new versions of the random adapters to publish during the run, at even"
                    + " intervals (default: ${DEFAULT-VALUE}). Requests use the newest version. The new"
                    + " versions have larger weights, so that images from different versions differ clearly.")
    private int published;

    @Option(
            names = "--save-adapters",
            paramLabel = "DIR",
            description = "Folder for copies of the adapters that --make-adapters creates. Default: no copies.")
    private @Nullable Path save;

    /** @return the adapters from which the adapter of each request is chosen */
    List<String> names() {
        if (made < 0 || registered < 0 || rank < 1 || (made > 0 && !names.isEmpty())) {
            throw new FleetException("expected either --adapters or --make-adapters, with --make-adapters and"
                    + " --registered of at least 0, and --adapter-rank of at least 1");
        }
        if (published < 0 || (published > 0 && made == 0)) {
            throw new FleetException(
                    "--publish: expected at least 0, together with --make-adapters, found " + published);
        }
        return made == 0
                ? names
                : IntStream.range(0, made).mapToObj(BenchAdapterOptions::name).toList();
    }

    private static String name(int index) {
        return "bench-" + index;
    }

    /** Generates the random adapters and uploads them. */
    void add(GatewayClient gateway, Path model) throws IOException, InterruptedException {
        if (made + registered == 0) {
            return;
        }
        if (save != null) {
            Files.createDirectories(save);
        }
        Map<String, Shape> unet = shapes(model);
        for (int i = 0; i < made + registered; i++) {
            byte[] weights = RandomAdapter.file(unet, rank, RandomAdapter.MILD, i);
            upload(gateway, i, weights);
            if (save != null && i < made) {
                Files.write(save.resolve(name(i) + ".safetensors"), weights);
            }
        }
        System.err.println(made + " adapters uploaded for the requests, " + registered + " that no request uses");
    }

    int published() {
        return published;
    }

    /** @return a publisher of the versions that {@code --publish} asks for */
    Publisher publisher(GatewayClient gateway, Path model) {
        if (published == 0) {
            return number -> {};
        }
        Map<String, Shape> unet = shapes(model);
        return number -> {
            long seed = (long) made + registered + number; // not used for an earlier adapter
            upload(gateway, number % made, RandomAdapter.file(unet, rank, RandomAdapter.STRONG, seed));
        };
    }

    private static Map<String, Shape> shapes(Path model) {
        try {
            return RandomAdapter.shapes(model);
        } catch (ModelFileException e) {
            throw new FleetException(e.getMessage());
        }
    }

    private static void upload(GatewayClient gateway, int adapter, byte[] weights)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("bench", ".safetensors");
        try {
            Files.write(file, weights);
            gateway.addAdapter(name(adapter), file, GUIDANCE);
        } finally {
            Files.delete(file);
        }
    }
}
