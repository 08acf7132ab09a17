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

/** The adapters that {@code bench serve} asks for: those of the fleet, or random ones that it adds. */
final class BenchAdapterOptions {
    /** At which students are commonly distilled, and what requests ask for unless told otherwise. */
    private static final double TRAINED_AT = 5;

    @Option(
            names = "--adapters",
            paramLabel = "NAME",
            split = ",",
            description = "Adapters to choose from, the most asked for first. They must be there.")
    private List<String> names = List.of();

    @Option(
            names = "--make-adapters",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Or adds so many random students that fit --model, bench-0 and so on, and chooses from those.")
    private int made;

    @Option(
            names = "--adapter-rank",
            paramLabel = "R",
            defaultValue = "4",
            description = "Rank of the adapters that are made (${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--registered",
            paramLabel = "N",
            defaultValue = "0",
            description = "Adds so many further ones that are never asked for (${DEFAULT-VALUE}).")
    private int registered;

    @Option(
            names = "--publish",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Publishes so many further versions of the adapters that were made, in turn and evenly over the"
                            + " requests, which get the newest (${DEFAULT-VALUE}). Their random weights are larger, so that"
                            + " images of two versions differ clearly.")
    private int published;

    @Option(names = "--save-adapters", paramLabel = "DIR", description = "Keeps the adapters that are asked for.")
    private @Nullable Path save;

    /** @return those to choose from */
    List<String> names() {
        if (made < 0 || registered < 0 || rank < 1 || (made > 0 && !names.isEmpty())) {
            throw new FleetException("expected --adapters or --make-adapters, and none below 0, found both or less");
        }
        if (published < 0 || (published > 0 && made == 0)) {
            throw new FleetException(
                    "--publish: expected at least 0, and --make-adapters beside it, found " + published);
        }
        return made == 0
                ? names
                : IntStream.range(0, made).mapToObj(BenchAdapterOptions::name).toList();
    }

    private static String name(int index) {
        return "bench-" + index;
    }

    /** Makes the adapters, and adds those that the fleet does not have yet. */
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
        System.err.println(made + " adapters to choose from, " + registered + " others");
    }

    int published() {
        return published;
    }

    /** @return publishes the versions of {@code --publish} */
    Publisher publisher(GatewayClient gateway, Path model) {
        if (published == 0) {
            return number -> {};
        }
        Map<String, Shape> unet = shapes(model);
        return number -> {
            long seed = (long) made + registered + number; // of none that was added before
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
            gateway.addAdapter(name(adapter), file, TRAINED_AT);
        } finally {
            Files.delete(file);
        }
    }
}
