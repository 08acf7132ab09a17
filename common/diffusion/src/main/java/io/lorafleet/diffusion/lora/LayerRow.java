// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import io.lorafleet.diffusion.lora.DeviceFactors.LowRankFactors;
import io.lorafleet.diffusion.lora.RowAdapters.Applied;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One row's updates of a layer. As in PEFT, DoRA scales the base's output and the updates of the adapters before it,
 * but not those of the adapters after it.
 *
 * @param parts updates in the order of the row's adapters
 * @param outputScales scale of the base's output channels; null without DoRA
 * @param bias the layer's bias, which is not scaled; null without DoRA or bias
 * @see "peft tuners/lora/layer.py, Linear.forward"
 */
record LayerRow(List<Part> parts, float @Nullable [] outputScales, float @Nullable [] bias) {

    /**
     * One adapter's update.
     *
     * @param scale scale of the request
     * @param outputScales DoRA's scale of this update's output channels; null without DoRA
     */
    record Part(DeviceFactors.Layer layer, double scale, float @Nullable [] outputScales) {}

    /** A part with low-rank factors. */
    record LowRankPart(LowRankFactors factors, double scale, float @Nullable [] outputScales) {}

    /** @param layers an adapter's updates of the part that has the layer, by layer */
    static LayerRow of(
            String layer, List<Applied> adapters, Function<DeviceAdapter, Map<String, DeviceFactors.Layer>> layers) {
        List<Part> parts = new ArrayList<>();
        float[] scales = null;
        float[] bias = null;
        for (int i = adapters.size() - 1; i >= 0; i--) {
            double scale = adapters.get(i).scale();
            DeviceFactors.Layer update = layers.apply(adapters.get(i).adapter()).get(layer);
            if (update == null) {
                continue;
            }
            Decomposition decomposition = update.decomposition();
            if (decomposition != null) {
                scales = product(scales, decomposition.scales(scale));
                bias = decomposition.bias();
            }
            parts.add(0, new Part(update, scale, scales));
        }
        return new LayerRow(parts, scales, bias);
    }

    /** Multiplies {@code more} by the scales. */
    private static float[] product(float @Nullable [] scales, float[] more) {
        if (scales != null) {
            for (int i = 0; i < more.length; i++) {
                more[i] *= scales[i];
            }
        }
        return more;
    }

    Stream<LowRankPart> lowRanks() {
        return parts.stream()
                .flatMap(part -> Stream.ofNullable(part.layer().lowRank())
                        .map(factors -> new LowRankPart(factors, part.scale(), part.outputScales())));
    }

    /** @return the rank of all low-rank updates together */
    int rank() {
        return lowRanks().mapToInt(part -> part.factors().rank()).sum();
    }

    boolean hasMoreThanLowRank() {
        return outputScales != null
                || parts.stream().anyMatch(part -> part.layer().product() != null);
    }
}
