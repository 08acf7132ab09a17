// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.engine.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads and writes requests as a file with one JSON object per line, ordered by offset.
 *
 * <pre>{"offset": 0.25, "prompt": "a red star", "seed": 7, "adapter": "bench-0", "guidance": 5, "steps": 20,
 *  "sampler": "ddim", "width": 64, "height": 64, "priority": "interactive"}</pre>
 *
 * {@code offset} is in seconds. {@code adapter}, {@code sampler} and {@code priority} are optional, and so are
 * {@code width} and {@code height}, which must appear together.
 */
public final class TraceFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> FIELDS = Set.of(
            "offset", "prompt", "seed", "adapter", "guidance", "steps", "sampler", "width", "height", "priority");
    private static final double MAX_OFFSET = 1e9;

    private TraceFile() {}

    /**
     * @throws FleetException if the file is invalid; the message names the file and line, and gives the expected and
     *     actual values
     */
    public static List<TracedRequest> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new FleetException("cannot read " + file + ": " + e);
        }
        List<TracedRequest> requests = new ArrayList<>();
        Duration before = Duration.ZERO;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            String where = file + ", line " + (i + 1) + ": ";
            TracedRequest request = new Line(where, object(where, lines.get(i))).request();
            if (request.offset().compareTo(before) < 0) {
                throw new FleetException(where + "offset: expected at least the offset of the previous line, "
                        + Durations.seconds(before) + ", found " + Durations.seconds(request.offset()));
            }
            before = request.offset();
            requests.add(request);
        }
        return requests;
    }

    public static void write(Path file, List<TracedRequest> requests) throws IOException {
        List<String> lines = new ArrayList<>();
        for (TracedRequest request : requests) {
            ObjectNode line = MAPPER.createObjectNode()
                    .put("offset", Durations.seconds(request.offset()))
                    .put("prompt", request.prompt())
                    .put("seed", request.seed())
                    .put("adapter", request.adapter())
                    .put("guidance", request.guidance())
                    .put("steps", request.steps());
            if (request.sampler() != null) {
                line.put("sampler", text(request.sampler()));
            }
            if (request.size() != null) {
                line.put("width", request.size().width())
                        .put("height", request.size().height());
            }
            lines.add(MAPPER.writeValueAsString(line.put("priority", text(request.priority()))));
        }
        Files.write(file, lines);
    }

    private static JsonNode object(String where, String line) {
        JsonNode object;
        try {
            object = MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new FleetException(where + "expected a JSON object, found invalid JSON: " + e.getOriginalMessage());
        }
        if (!object.isObject()) {
            throw new FleetException(where + "expected a JSON object, found " + object);
        }
        object.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw new FleetException(where + "expected only the fields "
                        + FIELDS.stream().sorted().toList() + ", found " + field);
            }
        });
        return object;
    }

    /** @return a constant's name in trace files and in the gateway's API */
    static String text(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    /** A parsed line. */
    private record Line(String where, JsonNode object) {
        TracedRequest request() {
            return new TracedRequest(
                    Durations.ofSeconds(number("offset", 0, MAX_OFFSET)),
                    required("prompt", "a string", JsonNode::isTextual).textValue(),
                    whole("seed", 0, GenerateImage.MAX_SEED),
                    has("adapter")
                            ? required("adapter", "a string", JsonNode::isTextual)
                                    .textValue()
                            : null,
                    number("guidance", 1, GenerateImage.MAX_GUIDANCE_SCALE),
                    (int) whole("steps", 1, GenerateImage.MAX_STEPS),
                    has("sampler") ? named("sampler", SamplerName.values()) : null,
                    has("width") || has("height") ? new Resolution(side("width"), side("height")) : null,
                    has("priority") ? named("priority", Priority.values()) : Priority.INTERACTIVE);
        }

        private boolean has(String field) {
            return object.hasNonNull(field);
        }

        private int side(String field) {
            return (int) whole(field, GenerateImage.MIN_SIZE, GenerateImage.MAX_SIZE);
        }

        private double number(String field, double min, double max) {
            return required(
                            field,
                            "a number from " + min + " to " + max,
                            value -> value.isNumber() && value.doubleValue() >= min && value.doubleValue() <= max)
                    .doubleValue();
        }

        private long whole(String field, long min, long max) {
            return required(
                            field,
                            "a whole number from " + min + " to " + max,
                            value -> value.isIntegralNumber()
                                    && value.canConvertToLong()
                                    && value.longValue() >= min
                                    && value.longValue() <= max)
                    .longValue();
        }

        private <E extends Enum<E>> E named(String field, E[] values) {
            List<String> names = List.of(values).stream().map(TraceFile::text).toList();
            return values[
                    names.indexOf(required(field, "one of " + names, value -> names.contains(value.textValue()))
                            .textValue())];
        }

        private JsonNode required(String field, String expected, Function<JsonNode, Boolean> fits) {
            JsonNode value = object.path(field);
            if (!fits.apply(value)) {
                String found = value.isMissingNode() ? "nothing" : value.toString();
                throw new FleetException(where + field + ": expected " + expected + ", found " + found);
            }
            return value;
        }
    }
}
