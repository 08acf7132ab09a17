// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import io.lorafleet.safetensors.SafetensorsHeader.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The contents of an adapter file, as far as its header shows them. {@link TextEncoderFit} compares them with the
 * sizes of a base's text encoders. Whether a base has the layers, and whether the values are finite, is checked when a
 * worker loads the file.
 *
 * @param scheme naming scheme of the file
 * @param layers updates of the layers
 * @param settings PEFT's settings of each part of the model, from the file's metadata
 * @param ignored number of tensors for a text encoder that are not applied
 */
public record AdapterContents(
        NamingScheme scheme, List<LayerUpdate> layers, Map<ModelPart, PeftSettings> settings, int ignored) {
    static final String SUPPORTED =
            "expected an adapter for Stable Diffusion (LoRA, also with lora_mid, DoRA, LoHa, LoKr or an embedding), found ";

    /** The methods of other tensors that tools write, by the tensor's name in its layer. */
    private static final Map<String, String> OTHER_METHODS = Map.ofEntries(
            Map.entry("oft_blocks", "OFT"),
            Map.entry("oft_diag", "OFT"),
            Map.entry("rescale", "OFT"),
            Map.entry("on_input", "IA3"),
            Map.entry("weight", "IA3"),
            Map.entry("a1.weight", "GLoRA"),
            Map.entry("a2.weight", "GLoRA"),
            Map.entry("b1.weight", "GLoRA"),
            Map.entry("b2.weight", "GLoRA"),
            Map.entry("diff", "full weight differences"),
            Map.entry("diff_b", "full weight differences"),
            Map.entry("w_norm", "norms"),
            Map.entry("b_norm", "norms"),
            Map.entry("bias", "biases"),
            Map.entry("lora_A.bias", "biases"),
            Map.entry("lora_B.bias", "biases"));

    public AdapterContents {
        layers = List.copyOf(layers);
        settings = Map.copyOf(settings);
    }

    /** @return the largest rank of any layer */
    public int rank() {
        return layers.stream().mapToInt(LayerUpdate::rank).max().orElse(0);
    }

    /** @return whether the adapter changes this part of a model */
    public boolean changes(ModelPart part) {
        return layers.stream().anyMatch(layer -> layer.part() == part);
    }

    /** @return whether the adapter changes a text encoder */
    public boolean changesText() {
        return changes(ModelPart.TEXT_ENCODER) || changes(ModelPart.TEXT_ENCODER_2);
    }

    /** @return the scale of a layer without alpha; empty if the file has no settings for it */
    public OptionalDouble scale(LayerUpdate layer) {
        PeftSettings own = settings.get(layer.part());
        return own == null ? OptionalDouble.empty() : own.scale(layer);
    }

    /**
     * @param tensors tensors in the header, by name
     * @param metadata metadata in the header
     * @param textEncoder what to do with tensors for a text encoder
     * @throws BadAdapterException if no worker could apply the file; the message gives all reasons
     */
    public static AdapterContents of(
            Map<String, Tensor> tensors, Map<String, String> metadata, TextEncoderTensors textEncoder)
            throws BadAdapterException {
        return new Judge(tensors, PeftSettings.ofMetadata(metadata), textEncoder).judge();
    }

    /** A layer, as the file names it. */
    private record Layer(ModelPart part, String name) {}

    private static final class Judge {
        private final Map<String, Tensor> tensors;
        private final Map<ModelPart, PeftSettings> settings;
        private final TextEncoderTensors textEncoder;
        private final Map<Layer, Map<Role, String>> layers = new LinkedHashMap<>();
        private final Set<NamingScheme> schemes = new TreeSet<>();
        private final Examples unusable = new Examples();
        private final List<String> reasons = new ArrayList<>();
        private int ignored;

        Judge(Map<String, Tensor> tensors, Map<ModelPart, PeftSettings> settings, TextEncoderTensors textEncoder) {
            this.tensors = tensors;
            this.settings = settings;
            this.textEncoder = textEncoder;
        }

        AdapterContents judge() throws BadAdapterException {
            tensors.keySet().forEach(this::sort);
            List<LayerUpdate> updates = new ArrayList<>();
            layers.forEach((layer, names) -> {
                try {
                    updates.add(LayerUpdate.of(layer.part(), layer.name(), names, tensors));
                } catch (LayerUpdate.Mismatch e) {
                    unusable.count("layers with unusable tensors", layer.name() + " (" + e.getMessage() + ")");
                }
            });
            if (schemes.equals(Set.of(NamingScheme.DIFFUSERS))) {
                judgeSettings(updates);
            }
            reasons.addAll(unusable.reasons());
            if (schemes.size() > 1) {
                reasons.add("names in several schemes: " + schemes);
            }
            if (schemes.equals(Set.of(NamingScheme.PEFT))) {
                reasons.add("PEFT's names without adapter_config.json, which has the scale (upload a zip file of the"
                        + " folder with both files)");
            }
            if (reasons.isEmpty() && updates.isEmpty()) {
                reasons.add(ignored > 0 ? "tensors for a text encoder alone" : "no tensors");
            }
            if (!reasons.isEmpty()) {
                throw new BadAdapterException(reasons);
            }
            return new AdapterContents(schemes.iterator().next(), updates, settings, ignored);
        }

        /** The file's tensors have the last word: the settings describe them, or the file is refused. */
        private void judgeSettings(List<LayerUpdate> updates) {
            Set<ModelPart> parts = updates.stream().map(LayerUpdate::part).collect(Collectors.toSet());
            settings.forEach((part, own) -> {
                if (parts.contains(part)) {
                    own.problems().forEach(problem -> reasons.add("PEFT's setting " + problem));
                }
            });
            if (!reasons.isEmpty()) {
                return; // invalid settings cannot be compared with the tensors
            }
            for (LayerUpdate update : updates) {
                Optional.ofNullable(settings.get(update.part()))
                        .flatMap(own -> own.mismatch(update))
                        .ifPresent(why -> unusable.count(
                                "layers that do not fit PEFT's settings", update.layer() + " (" + why + ")"));
            }
        }

        private void sort(String tensor) {
            if (textEncoder != TextEncoderTensors.APPLY && TensorName.isOfTextEncoder(tensor)) {
                if (textEncoder == TextEncoderTensors.IGNORE) {
                    ignored++;
                } else {
                    unusable.count("tensors for a text encoder, where only the UNet can change", tensor);
                }
                return;
            }
            TensorName.parse(tensor)
                    .ifPresentOrElse(
                            name -> sort(tensor, name),
                            () -> unusable.count(
                                    "tensors without the prefix unet., text_encoder., text_encoder_2., lora_unet_,"
                                            + " lora_te_, lora_te1_, lora_te2_ or base_model.model.",
                                    tensor));
        }

        private void sort(String tensor, TensorName name) {
            schemes.add(name.scheme());
            Role role = name.role();
            if (role == null) {
                String method = OTHER_METHODS.getOrDefault(name.suffix(), "an unknown method");
                unusable.count("tensors of " + method, tensor);
            } else if (!name.isKnownLayer()) {
                String kind = name.part() == ModelPart.UNET
                        ? "tensors for layers that no UNet of Stable Diffusion has"
                        : "tensors for layers that no text encoder of Stable Diffusion has (upload with"
                                + " textEncoder=ignore to use the rest)";
                unusable.count(kind, tensor);
            } else {
                String twin = layers.computeIfAbsent(
                                new Layer(name.part(), name.layer()), layer -> new EnumMap<>(Role.class))
                        .put(role, tensor);
                if (twin != null) {
                    unusable.count("repeated tensors", tensor + " and " + twin);
                }
            }
        }
    }
}
