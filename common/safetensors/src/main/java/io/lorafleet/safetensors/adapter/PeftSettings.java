// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * PEFT's config of an adapter for one part of a model. diffusers stores it in a file's metadata. Each setting is
 * honoured, has no effect on images, or is refused by name unless its value is neutral.
 *
 * @see "peft tuners/lora/config.py; peft utils/other.py get_pattern_key; peft tuners/tuners_utils.py
 *     check_target_module_exists"
 */
final class PeftSettings {
    private static final String METADATA = "lora_adapter_metadata";

    /** Notes, and settings for training. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "ensure_weight_tying",
            "inference_mode",
            "lora_dropout",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "revision",
            "runtime_config",
            "task_type");

    /** The settings that {@link #problems}, {@link #mismatch} and {@link #scale} read. */
    private static final Set<String> READ = Set.of(
            "alpha_pattern",
            "bias",
            "exclude_modules",
            "init_lora_weights",
            "layers_pattern",
            "layers_to_transform",
            "lora_alpha",
            "peft_type",
            "r",
            "rank_pattern",
            "target_modules",
            "use_dora",
            "use_rslora");

    /** Other values also change the base's weights, or make the adapter depend on them. */
    private static final Set<String> PLAIN_BEGINNINGS = Set.of("true", "false", "gaussian", "orthogonal");

    private final JsonNode config;

    private PeftSettings(JsonNode config) {
        this.config = config;
    }

    static PeftSettings of(JsonNode config) {
        return new PeftSettings(config);
    }

    /**
     * Reads the settings that diffusers stores in a file's metadata, with the part's name before each.
     *
     * @throws BadAdapterException if the entry is not a JSON object
     */
    static Map<ModelPart, PeftSettings> ofMetadata(Map<String, String> metadata) throws BadAdapterException {
        Map<ModelPart, PeftSettings> settings = new EnumMap<>(ModelPart.class);
        String json = metadata.get(METADATA);
        if (json == null) {
            return settings;
        }
        JsonNode all = object("metadata " + METADATA, json);
        for (ModelPart part : ModelPart.values()) {
            ObjectNode own = JsonNodeFactory.instance.objectNode();
            String prefix = part.folder() + ".";
            all.properties().stream()
                    .filter(field -> field.getKey().startsWith(prefix))
                    .forEach(field -> own.set(field.getKey().substring(prefix.length()), field.getValue()));
            if (!own.isEmpty()) {
                settings.put(part, new PeftSettings(own));
            }
        }
        return settings;
    }

    /** @return the metadata from which {@link #ofMetadata} reads the same settings */
    Map<String, String> toMetadata(ModelPart part) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        config.properties().forEach(field -> all.set(part.folder() + "." + field.getKey(), field.getValue()));
        return Map.of(METADATA, all.toString());
    }

    static JsonNode object(String name, String json) throws BadAdapterException {
        try {
            JsonNode read = new ObjectMapper().readTree(json);
            if (read.isObject()) {
                return read;
            }
        } catch (JsonProcessingException e) {
            throw new BadAdapterException(List.of(name + " that is not a JSON object: " + e.getOriginalMessage()));
        }
        throw new BadAdapterException(List.of(name + " that is not a JSON object"));
    }

    /** @return the settings that cannot be honoured, and the invalid ones */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        require(problems, "peft_type", text("peft_type", "LORA").equals("LORA"), "LORA");
        require(problems, "bias", text("bias", "none").equals("none"), "none");
        require(
                problems,
                "init_lora_weights",
                PLAIN_BEGINNINGS.contains(text("init_lora_weights", "true")),
                "true, false, gaussian or orthogonal");
        for (String number : List.of("r", "lora_alpha")) {
            require(problems, number, isAbsent(number) || config.get(number).isNumber(), "a number");
        }
        for (String flag : List.of("use_dora", "use_rslora")) {
            require(problems, flag, isAbsent(flag) || config.get(flag).isBoolean(), "true or false");
        }
        for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
            JsonNode numbers = config.path(pattern);
            boolean valid = isAbsent(pattern)
                    || numbers.isObject()
                            && numbers.properties().stream()
                                    .allMatch(number -> number.getValue().isNumber());
            require(problems, pattern, valid, "an object of numbers");
        }
        config.properties().stream()
                .filter(field -> !READ.contains(field.getKey()) && !WITHOUT_EFFECT.contains(field.getKey()))
                .filter(field -> !isNeutral(field.getValue()))
                .forEach(field -> problems.add(field.getKey()
                        + ": expected no value, because it is not supported, found " + field.getValue()));
        return problems;
    }

    private void require(List<String> problems, String field, boolean valid, String expected) {
        if (!valid) {
            problems.add(field + ": expected " + expected + ", found " + config.get(field));
        }
    }

    private static boolean isNeutral(JsonNode value) {
        return value.isNull() || value.isContainerNode() && value.isEmpty() || value.isBoolean() && !value.asBoolean();
    }

    /** @return why the tensors of a layer do not fit the settings; empty if they do */
    Optional<String> mismatch(LayerUpdate update) {
        try {
            if (!selects(update.layer())) {
                return Optional.of("expected a layer of target_modules");
            }
            int rank = patternOrElse("rank_pattern", update.layer(), "r")
                    .map(JsonNode::asInt)
                    .orElse(update.rank());
            if (rank != update.rank()) {
                return Optional.of("expected rank " + rank + " by r and rank_pattern, found " + update.rank());
            }
            patternOrElse("alpha_pattern", update.layer(), "lora_alpha");
        } catch (BoundedPattern.Unusable e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
        boolean dora = config.path("use_dora").asBoolean();
        return dora == update.tensor(Role.MAGNITUDE).isPresent()
                ? Optional.empty()
                : Optional.of("use_dora: expected " + !dora + " for its tensors, found " + dora);
    }

    private boolean selects(String layer) throws BoundedPattern.Unusable {
        if (!isAbsent("exclude_modules") && names(config.get("exclude_modules"), layer)) {
            return false;
        }
        JsonNode target = config.path("target_modules");
        boolean all = isAbsent("target_modules") || target.asText().equals("all-linear");
        return (all || names(target, layer)) && isTransformed(layer);
    }

    /** @param modules a regular expression, or a list of names or ends of names */
    private static boolean names(JsonNode modules, String layer) throws BoundedPattern.Unusable {
        if (modules.isTextual()) {
            return BoundedPattern.of(modules.asText()).matches(layer);
        }
        return StreamSupport.stream(modules.spliterator(), false)
                .map(JsonNode::asText)
                .anyMatch(name -> layer.equals(name) || layer.endsWith("." + name));
    }

    /** @return whether layers_to_transform contains the number of the layer's block */
    private boolean isTransformed(String layer) throws BoundedPattern.Unusable {
        JsonNode wanted = config.path("layers_to_transform");
        if (isAbsent("layers_to_transform")
                || wanted.isArray() && wanted.isEmpty()
                || config.path("target_modules").isTextual()) {
            return true;
        }
        JsonNode patterns = config.path("layers_pattern");
        List<String> expressions = new ArrayList<>();
        (patterns.isTextual() ? List.of(patterns) : patterns)
                .forEach(name -> expressions.add("(?:^|.*?\\.)" + name.asText() + "\\.(?<index>\\d+)\\."));
        if (expressions.isEmpty()) {
            expressions.add(".*?\\.[^.]*\\.(?<index>\\d+)\\.");
        }
        for (String expression : expressions) {
            Optional<String> index = BoundedPattern.of(expression).groupAtStart("index", layer);
            if (index.isPresent()) {
                return StreamSupport.stream((wanted.isArray() ? wanted : List.of(wanted)).spliterator(), false)
                        .anyMatch(number -> index.get().equals(number.asText()));
            }
        }
        return false;
    }

    /** @return the scale of a layer that has this rank; empty if there is no alpha */
    OptionalDouble scale(LayerUpdate update) {
        try {
            Optional<JsonNode> alpha = patternOrElse("alpha_pattern", update.layer(), "lora_alpha");
            double divisor = config.path("use_rslora").asBoolean() ? Math.sqrt(update.rank()) : update.rank();
            return alpha.map(number -> OptionalDouble.of(number.asDouble() / divisor))
                    .orElseGet(OptionalDouble::empty);
        } catch (BoundedPattern.Unusable e) {
            throw new IllegalStateException("not refused by mismatch()", e);
        }
    }

    /** @return the number for the first key that matches the end of the layer's name, otherwise the general number */
    private Optional<JsonNode> patternOrElse(String pattern, String layer, String general)
            throws BoundedPattern.Unusable {
        for (Map.Entry<String, JsonNode> each : config.path(pattern).properties()) {
            if (BoundedPattern.of("(?:.*\\.)?(?:" + each.getKey() + ")").matches(layer)) {
                return Optional.of(each.getValue());
            }
        }
        return isAbsent(general) ? Optional.empty() : Optional.of(config.get(general));
    }

    private boolean isAbsent(String field) {
        return config.path(field).isMissingNode() || config.path(field).isNull();
    }

    private String text(String field, String otherwise) {
        return isAbsent(field) ? otherwise : config.get(field).asText();
    }
}
