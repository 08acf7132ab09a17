// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Measures how long a worker takes to load an adapter that is not resident, using the same calls as the worker. The
 * file is in the operating system's page cache.
 */
public final class AdapterLoadBench {
    private final BlobStore blobs;
    private final Map<String, Shape> unet;
    private final DataType type;

    /**
     * @param fetch time to read the file from the blob store
     * @param verify time to compute its SHA-256
     * @param parse time to parse the file and check every tensor against the base
     * @param stack time to stack the factors for one row of a batch
     */
    public record Report(
            long bytes,
            Distribution fetch,
            Distribution verify,
            Distribution parse,
            Distribution stack,
            Distribution total) {}

    private record Round(Duration fetch, Duration verify, Duration parse, Duration stack) {
        Duration total() {
            return fetch.plus(verify).plus(parse).plus(stack);
        }
    }

    /**
     * @param unet names and shapes of the base's weights
     * @param type data type of the UNet
     */
    public AdapterLoadBench(BlobStore blobs, Map<String, Shape> unet, DataType type) {
        this.blobs = blobs;
        this.unet = unet;
        this.type = type;
    }

    /** @param warmUp number of rounds before the measurement, during which code is compiled */
    public Report run(byte[] file, int warmUp, int rounds) throws IOException {
        String sha256 = Sha256.of(file);
        blobs.putIfAbsent(BlobKeys.adapter(sha256), file);
        List<Round> counted = new ArrayList<>();
        for (int i = -warmUp; i < rounds; i++) {
            Round round = load(sha256);
            if (i >= 0) {
                counted.add(round);
            }
        }
        return new Report(
                file.length,
                distribution(counted, Round::fetch),
                distribution(counted, Round::verify),
                distribution(counted, Round::parse),
                distribution(counted, Round::stack),
                distribution(counted, Round::total));
    }

    private static Distribution distribution(List<Round> rounds, Function<Round, Duration> part) {
        return Objects.requireNonNull(Distribution.of(rounds.stream().map(part).toList()), "no rounds were measured");
    }

    private Round load(String sha256) throws IOException {
        try (NDManager owner = NDManager.newBaseManager()) {
            long start = System.nanoTime();
            byte[] file = blobs.get(BlobKeys.adapter(sha256)).orElseThrow();
            long fetched = System.nanoTime();
            if (!Sha256.of(file).equals(sha256)) {
                throw new FleetException("the stored adapter does not have SHA-256 " + sha256);
            }
            long verified = System.nanoTime();
            LoraAdapter adapter = LoraFile.read(Safetensors.of("adapter", file), unet);
            long parsed = System.nanoTime();
            DeviceAdapter deviceAdapter = DeviceAdapter.of(adapter, type, owner).copyTo(owner);
            RowAdapters.stack(List.of(List.of(new RowAdapters.Applied(deviceAdapter, 1))), type, owner);
            long stacked = System.nanoTime();
            return new Round(
                    Duration.ofNanos(fetched - start),
                    Duration.ofNanos(verified - fetched),
                    Duration.ofNanos(parsed - verified),
                    Duration.ofNanos(stacked - parsed));
        }
    }
}
