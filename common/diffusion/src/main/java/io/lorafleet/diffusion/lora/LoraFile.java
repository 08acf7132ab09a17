// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.safetensors.adapter.AdapterContents;
import io.lorafleet.safetensors.adapter.BadAdapterException;
import io.lorafleet.safetensors.adapter.LayerUpdate;
import io.lorafleet.safetensors.adapter.NamingScheme;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.safetensors.adapter.UNetLayers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads an adapter from a safetensors file with the tensor names of diffusers, PEFT or kohya, and checks it against the
 * base. {@link AdapterContents} defines which files are adapters; the gateway applies the same rules to uploads.
 */
public final class LoraFile {
    private static final String WEIGHT = ".weight";

    private final Safetensors file;
    private final Optional<ModelConfig> peftConfig;
    private final Map<String, Shape> base;
    private final TextEncoderTensors textEncoder;

    private LoraFile(
            Safetensors file,
            Optional<ModelConfig> peftConfig,
            Map<String, Shape> base,
            TextEncoderTensors textEncoder) {
        this.file = file;
        this.peftConfig = peftConfig;
        this.base = base;
        this.textEncoder = textEncoder;
    }

    /**
     * Reads an adapter from memory. A file with tensors for a text encoder is refused.
     *
     * @param file adapter file
     * @param base shapes of the base's UNet weights, by name
     * @throws AdapterException if the adapter is invalid or is not compatible with the base
     * @throws ModelFileException if a tensor cannot be read
     */
    public static LoraAdapter read(Safetensors file, Map<String, Shape> base) {
        return read(file, base, TextEncoderTensors.REFUSE);
    }

    /**
     * Like {@link #read(Safetensors, Map)}, but ignores tensors for a text encoder. The gateway accepts a file with such
     * tensors only if the uploader chooses to ignore them.
     */
    public static LoraAdapter readUNetPart(Safetensors file, Map<String, Shape> base) {
        return read(file, base, TextEncoderTensors.IGNORE);
    }

    static LoraAdapter read(Safetensors file, Map<String, Shape> base, TextEncoderTensors textEncoder) {
        return new LoraFile(file, Optional.empty(), base, textEncoder).read();
    }

    /**
     * Reads an adapter from a file or from a folder with one safetensors file. If the same folder contains an {@code
     * adapter_config.json}, that file is used too.
     *
     * @param path file or folder
     * @param base shapes of the base's UNet weights, by name
     * @throws AdapterException if the adapter is invalid or is not compatible with the base
     * @throws ModelFileException if the file is missing or is not a safetensors file
     */
    public static LoraAdapter open(Path path, Map<String, Shape> base) {
        Path weights = Files.isDirectory(path) ? only(path) : path;
        Path config = weights.resolveSibling("adapter_config.json");
        Optional<ModelConfig> peft =
                Files.isRegularFile(config) ? Optional.of(ModelConfig.open(config)) : Optional.empty();
        return new LoraFile(Safetensors.open(weights), peft, base, TextEncoderTensors.REFUSE).read();
    }

    private static Path only(Path folder) {
        try (var files = Files.newDirectoryStream(folder, "*.safetensors")) {
            Set<Path> found = new TreeSet<>();
            files.forEach(found::add);
            if (found.size() != 1) {
                throw new ModelFileException(folder + ": expected one *.safetensors file, found " + found.size());
            }
            return found.iterator().next();
        } catch (java.io.IOException e) {
            throw new ModelFileException(folder + ": cannot be listed: " + e, e);
        }
    }

    private LoraAdapter read() {
        AdapterContents contents = contents();
        UNetLayers names = UNetLayers.of(base.entrySet().stream()
                .filter(weight ->
                        weight.getKey().endsWith(WEIGHT) && weight.getValue().dimension() >= 2)
                .map(weight -> weight.getKey().substring(0, weight.getKey().length() - WEIGHT.length()))
                .collect(Collectors.toSet()));
        LoraSettings settings = settings(contents.scheme());
        Map<String, LoraAdapter.Update> updates = new LinkedHashMap<>();
        for (LayerUpdate each : contents.layers()) {
            String layer = names.find(contents.scheme(), each.layer())
                    .orElseThrow(() -> new AdapterException(file.name() + ": the base has no layer " + each.layer()
                            + " for " + each.tensors().values()));
            Shape weight = Objects.requireNonNull(base.get(layer + WEIGHT), "not a layer of the base");
            LoraAdapter.Update twin =
                    updates.put(layer, new UpdateReader(file, each, weight).read(settings.scale(layer, each.rank())));
            if (twin != null) {
                throw new AdapterException(
                        file.name() + ": layer " + layer + ": expected one update, found another under another name");
            }
        }
        requireFinite(contents);
        return new LoraAdapter(updates);
    }

    private AdapterContents contents() {
        try {
            return AdapterContents.of(file.tensors(), textEncoder, peftConfig.isPresent());
        } catch (BadAdapterException e) {
            throw new AdapterException(file.name() + ": " + e.getMessage());
        }
    }

    private void requireFinite(AdapterContents contents) {
        contents.layers().parallelStream()
                .flatMap(layer -> layer.tensors().values().stream())
                .filter(tensor -> !file.isFinite(tensor))
                .findFirst()
                .ifPresent(tensor -> {
                    throw new AdapterException("tensor " + tensor + ": expected finite numbers, found NaN or infinity");
                });
    }

    private LoraSettings settings(NamingScheme scheme) {
        return scheme == NamingScheme.PEFT
                ? LoraSettings.ofPeft(peftConfig.orElseThrow())
                : LoraSettings.ofDiffusers(file.metadata());
    }
}
