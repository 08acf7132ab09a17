// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.BaseParts;
import io.lorafleet.diffusion.weights.BaseWeights;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.adapter.AdapterContents;
import io.lorafleet.safetensors.adapter.BadAdapterException;
import io.lorafleet.safetensors.adapter.EmbeddingContents;
import io.lorafleet.safetensors.adapter.LayerUpdate;
import io.lorafleet.safetensors.adapter.ModelPart;
import io.lorafleet.safetensors.adapter.NamingScheme;
import io.lorafleet.safetensors.adapter.PeftFiles;
import io.lorafleet.safetensors.adapter.TextEncoderFit;
import io.lorafleet.safetensors.adapter.TextEncoderLayers;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.safetensors.adapter.UNetLayers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads an adapter from a safetensors file with the tensor names of diffusers, PEFT or kohya, and checks it against the
 * base. {@link AdapterContents} defines which files are adapters; the gateway applies the same rules to uploads.
 */
public final class LoraFile {
    private static final String WEIGHT = ".weight";

    private final Safetensors file;
    private final BaseParts base;
    private final TextEncoderTensors textEncoder;

    private LoraFile(Safetensors file, BaseParts base, TextEncoderTensors textEncoder) {
        this.file = file;
        this.base = base;
        this.textEncoder = textEncoder;
    }

    /**
     * Reads an adapter from memory.
     *
     * @param file adapter file
     * @param base weights of the base
     * @param textEncoder what to do with tensors for the text encoders
     * @throws AdapterException if the adapter is invalid or is not compatible with the base
     * @throws ModelFileException if a tensor cannot be read
     */
    public static LoraAdapter read(Safetensors file, BaseParts base, TextEncoderTensors textEncoder) {
        return new LoraFile(file, base, textEncoder).read();
    }

    /**
     * Like {@link #read(Safetensors, BaseParts, TextEncoderTensors)}, for a caller that uses the UNet alone: a file with
     * tensors for a text encoder is refused.
     *
     * @param unet shapes of the UNet's weights, by name
     */
    public static LoraAdapter read(Safetensors file, Map<String, Shape> unet) {
        return read(file, new BaseParts(BaseWeights.ofShapes(unet), List.of()), TextEncoderTensors.REFUSE);
    }

    /**
     * Reads an adapter from a file, from a folder with one safetensors file, or from a PEFT folder.
     *
     * @param path file or folder
     * @param base weights of the base
     * @throws AdapterException if the adapter is invalid or is not compatible with the base
     * @throws ModelFileException if the file is missing or is not a safetensors file
     */
    public static LoraAdapter open(Path path, BaseParts base) {
        Path weights = Files.isDirectory(path) ? only(path) : path;
        Path config = weights.resolveSibling(PeftFiles.CONFIG);
        Safetensors file = Files.isRegularFile(config) ? peft(config, weights) : Safetensors.open(weights);
        return read(file, base, TextEncoderTensors.APPLY);
    }

    private static Safetensors peft(Path config, Path weights) {
        try (InputStream in = Files.newInputStream(weights)) {
            PeftFiles.Combined file = PeftFiles.combine(Files.readAllBytes(config), in, Files.size(weights));
            return Safetensors.ofAdapter(weights.toString(), file.content().readAllBytes());
        } catch (BadSafetensorsException | BadAdapterException e) {
            throw new AdapterException(weights + ": " + e.getMessage());
        } catch (IOException e) {
            throw new ModelFileException(weights + ": cannot be read: " + e, e);
        }
    }

    private static Path only(Path folder) {
        try (var files = Files.newDirectoryStream(folder, "*.safetensors")) {
            Set<Path> found = new TreeSet<>();
            files.forEach(found::add);
            if (found.size() != 1) {
                throw new ModelFileException(folder + ": expected one *.safetensors file, found " + found.size());
            }
            return found.iterator().next();
        } catch (IOException e) {
            throw new ModelFileException(folder + ": cannot be listed: " + e, e);
        }
    }

    private LoraAdapter read() {
        return EmbeddingContents.areIn(file.tensors()) ? readEmbedding() : readUpdates();
    }

    private LoraAdapter readEmbedding() {
        try {
            EmbeddingContents contents = EmbeddingContents.of(file.tensors(), textEncoder);
            contents.requireFit(base.textEncoders().stream().map(LoraFile::size).toList());
            requireFinite(contents.tensors().stream());
            return new LoraAdapter(
                    Map.of(),
                    List.of(),
                    contents.tensors().stream()
                            .map(name -> vectors(name, contents.vectors()))
                            .toList());
        } catch (BadAdapterException e) {
            throw new AdapterException(file.name() + ": " + e.getMessage());
        }
    }

    private static TextEncoderFit.Size size(BaseWeights encoder) {
        Shape positions = shapeOf("embeddings.position_embedding.weight", encoder);
        int chunk = (int) positions.get(0) - 2; // without the start token and the end token
        return new TextEncoderFit.Size((int) positions.get(1), 0, chunk);
    }

    /** @param name name of the weight since version 5 of transformers; it began with text_model. before */
    private static Shape shapeOf(String name, BaseWeights encoder) {
        Shape shape = encoder.shapes().get(name);
        return shape == null
                ? Objects.requireNonNull(encoder.shapes().get("text_model." + name), "not a text encoder")
                : shape;
    }

    private LoraAdapter.Factor vectors(String tensor, int count) {
        Shape found = file.shape(tensor);
        return new LoraAdapter.Factor(new Shape(count, found.get(found.dimension() - 1)), file.floats(tensor));
    }

    private LoraAdapter readUpdates() {
        AdapterContents contents = contents();
        Map<String, LoraAdapter.Update> unet = read(contents, ModelPart.UNET, base.unet());
        List<Map<String, LoraAdapter.Update>> texts = new ArrayList<>();
        List<ModelPart> encoders = List.of(ModelPart.TEXT_ENCODER, ModelPart.TEXT_ENCODER_2);
        for (int i = 0; i < encoders.size(); i++) {
            if (i < base.textEncoders().size()) {
                texts.add(read(contents, encoders.get(i), base.textEncoders().get(i)));
            } else if (contents.changes(encoders.get(i))) {
                throw new AdapterException(file.name() + ": the base has no "
                        + encoders.get(i).folder() + ", which the file has tensors for");
            }
        }
        requireFinite(contents.layers().parallelStream().flatMap(layer -> layer.tensors().values().stream()));
        return new LoraAdapter(unet, texts);
    }

    private Map<String, LoraAdapter.Update> read(AdapterContents contents, ModelPart part, BaseWeights weights) {
        Function<String, Optional<String>> names = names(contents.scheme(), part, weights);
        Map<String, LoraAdapter.Update> updates = new LinkedHashMap<>();
        for (LayerUpdate each : contents.layers()) {
            if (each.part() != part) {
                continue;
            }
            String layer = names.apply(each.layer())
                    .orElseThrow(() -> new AdapterException(file.name() + ": the base has no layer " + each.layer()
                            + " for " + each.tensors().values()));
            Shape weight = Objects.requireNonNull(weights.shapes().get(layer + WEIGHT), "not a layer of the base");
            LoraAdapter.Update twin =
                    updates.put(layer, new UpdateReader(file, each, weight).read(contents.scale(each)));
            if (twin != null) {
                throw new AdapterException(
                        file.name() + ": layer " + layer + ": expected one update, found another under another name");
            }
        }
        return updates;
    }

    /** @return the name of a layer in the base, by its name in the file; empty if the base has no such layer */
    private static Function<String, Optional<String>> names(NamingScheme scheme, ModelPart part, BaseWeights weights) {
        Set<String> layers = weights.shapes().entrySet().stream()
                .filter(weight ->
                        weight.getKey().endsWith(WEIGHT) && weight.getValue().dimension() >= 2)
                .map(weight -> weight.getKey().substring(0, weight.getKey().length() - WEIGHT.length()))
                .collect(Collectors.toSet());
        if (part != ModelPart.UNET) {
            return TextEncoderLayers.of(layers)::find;
        }
        UNetLayers names = UNetLayers.of(layers);
        return layer -> names.find(scheme, layer);
    }

    private AdapterContents contents() {
        try {
            return AdapterContents.of(file.tensors(), file.metadata(), textEncoder);
        } catch (BadAdapterException e) {
            throw new AdapterException(file.name() + ": " + e.getMessage());
        }
    }

    private void requireFinite(Stream<String> tensors) {
        tensors.filter(tensor -> !file.isFinite(tensor)).findFirst().ifPresent(tensor -> {
            throw new AdapterException("tensor " + tensor + ": expected finite numbers, found NaN or infinity");
        });
    }
}
