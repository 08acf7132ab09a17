// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads an adapter from a safetensors file with the tensor names of diffusers, PEFT or kohya, and checks it against the
 * base.
 */
public final class LoraFile {
    private static final String WEIGHT = ".weight";

    private final Safetensors file;
    private final Optional<ModelConfig> peftConfig;
    private final Map<String, Shape> base;

    private LoraFile(Safetensors file, Optional<ModelConfig> peftConfig, Map<String, Shape> base) {
        this.file = file;
        this.peftConfig = peftConfig;
        this.base = base;
    }

    /**
     * Reads an adapter from memory.
     *
     * @param file adapter file
     * @param base shapes of the base's UNet weights, by name
     * @throws AdapterException if the adapter is invalid or is not compatible with the base @throws ModelFileException
     *     if a tensor cannot be read
     */
    public static LoraAdapter read(Safetensors file, Map<String, Shape> base) {
        return new LoraFile(file, Optional.empty(), base).read();
    }

    /**
     * Reads an adapter from a file or from a folder with one safetensors file. If the same folder contains an {@code
     * adapter_config.json}, that file is used too.
     *
     * @param path file or folder
     * @param base shapes of the base's UNet weights, by name
     * @throws AdapterException if the adapter is invalid or is not compatible with the base @throws ModelFileException
     *     if the file is missing or is not a safetensors file
     */
    public static LoraAdapter open(Path path, Map<String, Shape> base) {
        Path weights = Files.isDirectory(path) ? only(path) : path;
        Path config = weights.resolveSibling("adapter_config.json");
        Optional<ModelConfig> peft =
                Files.isRegularFile(config) ? Optional.of(ModelConfig.open(config)) : Optional.empty();
        return new LoraFile(Safetensors.open(weights), peft, base).read();
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
        Map<String, Map<LoraKey.Role, String>> layers = new LinkedHashMap<>();
        Set<LoraKey.Format> formats = new TreeSet<>();
        Map<String, String> names = base.entrySet().stream()
                .filter(weight ->
                        weight.getKey().endsWith(WEIGHT) && weight.getValue().dimension() >= 2)
                .map(Map.Entry::getKey)
                .map(name -> name.substring(0, name.length() - WEIGHT.length()))
                .collect(Collectors.toMap(LoraKey::flat, layer -> layer));
        for (String tensor : file.names()) {
            LoraKey key = LoraKey.of(tensor, names);
            formats.add(key.format());
            String twin = layers.computeIfAbsent(key.layer(), layer -> new EnumMap<>(LoraKey.Role.class))
                    .put(key.role(), tensor);
            if (twin != null) {
                throw new AdapterException("layer " + key.layer() + ": expected one tensor for each factor, found "
                        + twin + " and " + tensor);
            }
        }
        if (formats.size() != 1) {
            throw new AdapterException(file.name() + ": expected tensor names in one format, found " + formats);
        }
        LoraSettings settings = settings(formats.iterator().next());
        Map<String, LoraAdapter.Update> updates = new LinkedHashMap<>();
        layers.forEach((layer, tensors) -> updates.put(layer, update(layer, tensors, settings)));
        requireFinite();
        return new LoraAdapter(updates);
    }

    private void requireFinite() {
        file.names().parallelStream()
                .filter(tensor -> !file.isFinite(tensor))
                .findFirst()
                .ifPresent(tensor -> {
                    throw new AdapterException("tensor " + tensor + ": expected finite numbers, found NaN or infinity");
                });
    }

    private LoraSettings settings(LoraKey.Format format) {
        if (format == LoraKey.Format.PEFT) {
            return LoraSettings.ofPeft(peftConfig.orElseThrow(() -> new AdapterException(file.name()
                    + ": expected an adapter_config.json with the alpha of the PEFT adapter, found none; save the"
                    + " adapter with save_lora_weights from diffusers instead, which writes one file")));
        }
        return LoraSettings.ofDiffusers(file.metadata());
    }

    private LoraAdapter.Update update(String layer, Map<LoraKey.Role, String> tensors, LoraSettings settings) {
        Shape weight = Objects.requireNonNull(base.get(layer + WEIGHT), "not a layer of the base");
        String aName = require(tensors, LoraKey.Role.A, layer);
        String bName = require(tensors, LoraKey.Role.B, layer);
        long rank = file.shape(aName).dimension() == 0 ? 0 : file.shape(aName).get(0);
        Factor a = factor(aName, rank, weight.slice(1));
        Factor b = factor(bName, weight.get(0), new Shape(rank));
        return new LoraAdapter.Update((int) rank, scale(layer, tensors, settings, (int) rank), a, b);
    }

    private String require(Map<LoraKey.Role, String> tensors, LoraKey.Role role, String layer) {
        String name = tensors.get(role);
        if (name == null) {
            throw new AdapterException(file.name() + ": layer " + layer + ": expected both factors, found no "
                    + (role == LoraKey.Role.A ? "lora_A (lora_down)" : "lora_B (lora_up)"));
        }
        return name;
    }

    private double scale(String layer, Map<LoraKey.Role, String> tensors, LoraSettings settings, int rank) {
        String alpha = tensors.get(LoraKey.Role.ALPHA);
        if (alpha == null) {
            OptionalDouble scale = settings.scale(layer, rank);
            return scale.orElse(1); // without alpha, alpha = rank
        }
        if (file.shape(alpha).size() != 1) {
            throw new AdapterException("tensor " + alpha + ": expected one number, found shape " + file.shape(alpha));
        }
        return (double) file.floats(alpha).get(0) / rank;
    }

    /**
     * Reads a factor as (rows, columns). A 1x1 kernel's two dimensions of size 1 are present in some files and absent
     * in others; both forms are accepted.
     */
    private Factor factor(String name, long rows, Shape columns) {
        Shape found = file.shape(name);
        Shape expected = new Shape(rows).addAll(columns);
        if (rows < 1 || !withoutTrailingOnes(found).equals(withoutTrailingOnes(expected))) {
            throw new AdapterException("tensor " + name + ": expected " + expected + ", found " + found);
        }
        return new Factor(expected, file.floats(name));
    }

    private static Shape withoutTrailingOnes(Shape shape) {
        int kept = shape.dimension();
        while (kept > 2 && shape.get(kept - 1) == 1) {
            kept--;
        }
        return shape.slice(0, kept);
    }
}
