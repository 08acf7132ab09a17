// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tokenizer folder, read as transformers reads it: the vocabulary and the merges from {@code tokenizer.json} or from
 * {@code vocab.json} and {@code merges.txt}; the added tokens from {@code tokenizer_config.json} or, if it lists none,
 * from {@code special_tokens_map.json}, {@code added_tokens.json} and {@code tokenizer.json}.
 *
 * @param ids id of each token of the vocabulary
 * @param merges pairs of tokens, in the order of merging
 * @param added added tokens by id
 * @param special text of each special token, by its role, such as {@code pad_token}
 * @param length number of token ids of a prompt, with the start and end tokens
 * @see "transformers tokenization_utils_base.py _from_pretrained, tokenization_utils_tokenizers.py"
 */
record TokenizerFiles(
        Map<String, Integer> ids,
        List<List<String>> merges,
        Map<Integer, AddedToken> added,
        Map<String, String> special,
        int length) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String END = "<|endoftext|>";
    /** The roles of special tokens in the order in which transformers adds them, with CLIP's defaults. */
    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private static final Map<String, String> DEFAULTS =
            Map.of("bos_token", "<|startoftext|>", "eos_token", END, "unk_token", END, "pad_token", END);
    private static final List<String> LISTS = List.of("additional_special_tokens", "extra_special_tokens");

    /** @throws ModelFileException if a file is missing or corrupt */
    static TokenizerFiles open(Path folder) {
        Path whole = folder.resolve("tokenizer.json");
        JsonNode model = Files.exists(whole) ? json(whole).path("model") : null;
        Map<String, Integer> ids =
                model == null ? ids(json(folder.resolve("vocab.json")), folder) : ids(model.path("vocab"), whole);
        List<List<String>> merges =
                model == null ? merges(folder.resolve("merges.txt")) : merges(model.path("merges"), whole);
        JsonNode config = json(folder.resolve("tokenizer_config.json"));
        JsonNode length = config.path("model_max_length");
        if (!length.canConvertToInt() || length.intValue() < 3) {
            throw new ModelFileException(folder + ": tokenizer_config.json: model_max_length: expected a whole number"
                    + " of at least 3, found " + (length.isMissingNode() ? "nothing" : length));
        }
        for (String side : List.of("padding_side", "truncation_side")) {
            if (!config.path(side).asText("right").equals("right")) {
                throw new ModelFileException(
                        folder + ": tokenizer_config.json: " + side + ": expected right, found " + config.path(side));
            }
        }
        Map<String, JsonNode> special = special(config, folder);
        Map<Integer, AddedToken> listed = listed(config, special, folder);
        Map<String, String> names = new HashMap<>(DEFAULTS);
        special.forEach((role, token) -> names.put(role, content(token)));
        return new TokenizerFiles(
                ids, merges, added(ids, listed, special, names, config, folder), Map.copyOf(names), length.intValue());
    }

    /** @return the special tokens by role. If the config lists the added tokens, special_tokens_map.json is not read */
    private static Map<String, JsonNode> special(JsonNode config, Path folder) {
        Map<String, JsonNode> special = new LinkedHashMap<>();
        Path map = folder.resolve("special_tokens_map.json");
        JsonNode overrides = config.has("added_tokens_decoder") || !Files.exists(map) ? config : json(map);
        for (String role : ROLES) {
            JsonNode token = overrides.hasNonNull(role) ? overrides.get(role) : config.path(role);
            if (token.isTextual() || token.isObject()) {
                special.put(role, token);
            }
        }
        return special;
    }

    /** @return the added tokens that the files list, by the id in the file */
    private static Map<Integer, AddedToken> listed(JsonNode config, Map<String, JsonNode> special, Path folder) {
        Map<Integer, AddedToken> listed = new TreeMap<>();
        if (config.has("added_tokens_decoder")) {
            String source = folder + ": tokenizer_config.json";
            config.get("added_tokens_decoder")
                    .properties()
                    .forEach(entry -> listed.put(
                            Integer.valueOf(entry.getKey()), AddedToken.of(entry.getValue(), false, source)));
            return listed;
        }
        Path legacy = folder.resolve("added_tokens.json");
        if (Files.exists(legacy)) {
            List<String> names =
                    special.values().stream().map(TokenizerFiles::content).toList();
            ids(json(legacy), legacy)
                    .forEach((content, id) ->
                            listed.put(id, new AddedToken(content, false, false, !names.contains(content))));
        }
        Path whole = folder.resolve("tokenizer.json");
        if (Files.exists(whole)) {
            for (JsonNode token : json(whole).path("added_tokens")) {
                listed.put(token.path("id").intValue(), AddedToken.of(token, false, whole.toString()));
            }
        }
        return listed;
    }

    /**
     * Adds the tokens in transformers' order. A token of the vocabulary keeps its id. Any other token gets the next id,
     * whatever the file says. If a token is added twice, the properties of the last one count.
     */
    private static Map<Integer, AddedToken> added(
            Map<String, Integer> ids,
            Map<Integer, AddedToken> listed,
            Map<String, JsonNode> special,
            Map<String, String> names,
            JsonNode config,
            Path folder) {
        List<AddedToken> all = new ArrayList<>(listed.values());
        List<String> known = listed.values().stream().map(AddedToken::content).toList();
        for (String role : ROLES) {
            JsonNode token = special.get(role);
            if (names.containsKey(role) && !known.contains(names.get(role))) {
                all.add(
                        token != null && token.isObject()
                                ? AddedToken.of(token, !token.has("__type"), folder.toString())
                                : AddedToken.special(names.get(role)));
            }
        }
        for (String list : LISTS) {
            for (JsonNode token : config.path(list)) {
                if (!known.contains(content(token))) {
                    all.add(
                            token.isObject()
                                    ? AddedToken.of(token, true, folder.toString())
                                    : AddedToken.special(content(token)));
                }
            }
        }
        Map<Integer, AddedToken> added = new LinkedHashMap<>();
        Map<String, Integer> idsOfAdded = new HashMap<>();
        int next = ids.size();
        for (AddedToken token : all) {
            Integer id = ids.get(token.content());
            if (id == null) {
                id = idsOfAdded.get(token.content());
            }
            if (id == null) {
                id = next++;
                idsOfAdded.put(token.content(), id);
            }
            added.put(id, token);
        }
        return added;
    }

    private static String content(JsonNode token) {
        return token.isObject() ? token.path("content").asText() : token.asText();
    }

    private static Map<String, Integer> ids(JsonNode vocabulary, Path source) {
        Map<String, Integer> ids = new HashMap<>();
        vocabulary.properties().forEach(entry -> {
            if (!entry.getValue().isInt()) {
                throw new ModelFileException(
                        source + ": " + entry.getKey() + ": expected an id, found " + entry.getValue());
            }
            ids.put(entry.getKey(), entry.getValue().intValue());
        });
        return ids;
    }

    private static List<List<String>> merges(Path file) {
        try {
            return BytePairs.pairs(Files.readAllLines(file), file.toString());
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read: " + e, e);
        }
    }

    /** @param merges a list of pairs; older files write a pair as one string */
    private static List<List<String>> merges(JsonNode merges, Path source) {
        List<String> lines = new ArrayList<>();
        for (JsonNode merge : merges) {
            lines.add(
                    merge.isTextual()
                            ? merge.asText()
                            : merge.path(0).asText() + " " + merge.path(1).asText());
        }
        return BytePairs.pairs(lines, source.toString());
    }

    private static JsonNode json(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(file + ": expected a file, found none");
        }
        try {
            JsonNode json = MAPPER.readTree(file.toFile());
            if (json.isObject()) {
                return json;
            }
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read as a JSON object: " + e.getMessage(), e);
        }
        throw new ModelFileException(file + ": expected a JSON object, found another value");
    }
}
