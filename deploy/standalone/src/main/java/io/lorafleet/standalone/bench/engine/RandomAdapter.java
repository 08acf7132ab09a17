// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.standalone.FleetException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Random adapters for a UNet, with factors for all attention projections, like a student. */
public final class RandomAdapter {
    private static final Pattern PROJECTION = Pattern.compile(".*\\.attn[12]\\.to_(q|k|v|out\\.0)\\.weight");
    /** Standard deviation of the second factor at which an adapter changes images slightly. */
    public static final float MILD = 0.01f;
    /** Standard deviation of the second factor at which images from two such adapters differ clearly. */
    public static final float STRONG = 0.05f;

    private RandomAdapter() {}

    /** @return the names and shapes of the UNet weights of a model */
    public static Map<String, Shape> shapes(Path model) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Pipelines.open(model)
                .weights("unet")
                .forEach(file -> file.names().forEach(name -> shapes.put(name, file.shape(name))));
        return shapes;
    }

    /**
     * @param unet names and shapes of a UNet's weights
     * @param deviation standard deviation of the second factor
     * @param seed the same seed always produces the same file
     * @return a safetensors file with diffusers' tensor names
     */
    public static byte[] file(Map<String, Shape> unet, int rank, float deviation, long seed) {
        SeededNoise noise = new SeededNoise(seed);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (NDManager scope = NDManager.newBaseManager()) {
            new TreeMap<>(unet).forEach((name, shape) -> {
                if (PROJECTION.matcher(name).matches()) {
                    String layer = "unet." + name.substring(0, name.length() - ".weight".length());
                    tensors.put(layer + ".lora_A.weight", normal(noise, 1, rank, shape.get(1), scope));
                    tensors.put(layer + ".lora_B.weight", normal(noise, deviation, shape.get(0), rank, scope));
                }
            });
            if (tensors.isEmpty()) {
                throw new FleetException(
                        "expected a UNet with attention layers, found none among " + unet.size() + " weights");
            }
            return SafetensorsWriter.write(tensors, Map.of());
        }
    }

    private static NDArray normal(SeededNoise noise, float deviation, long rows, long columns, NDManager owner) {
        float[] values = noise.next(Math.toIntExact(rows * columns));
        for (int i = 0; i < values.length; i++) {
            values[i] *= deviation;
        }
        return owner.create(values, new Shape(rows, columns));
    }
}
