// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.messages.worker.WorkerStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Generates the AsyncAPI document of all topics from the classes of the messages. */
final class AsyncApi {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SCHEMAS = "components/schemas";

    private final SchemaBuilder schemas = generator().buildMultipleSchemaDefinitions();
    private final ObjectNode messages = MAPPER.createObjectNode();

    private AsyncApi() {}

    /** @return the document, as indented JSON */
    static String document() {
        try {
            DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
            DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
            printer.indentArraysWith(indenter);
            printer.indentObjectsWith(indenter);
            return MAPPER.writer(printer).writeValueAsString(new AsyncApi().tree()) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the messages of a topic */
    static List<Class<?>> messages(Topic topic) {
        return switch (topic) {
            case REQUESTS, BATCH_REQUESTS -> List.of(GenerateImage.class);
            case CONTROL -> List.of(CancelGeneration.class);
            case PROGRESS -> family(GenerationProgress.class);
            case RESULTS -> family(GenerationFinished.class);
            case DEAD_LETTERS -> List.of(DeadLetter.class);
            case FEEDBACK -> family(FeedbackEvent.class);
            case ADAPTERS -> List.of(AdapterVersion.class, AdapterRoute.class);
            case TRAININGS -> List.of(TrainingStarted.class, TrainingFinished.class, RouteDecided.class);
            case TRAINING_PROGRESS -> List.of(TrainingProgressed.class);
            case WORKERS -> List.of(WorkerStatus.class);
        };
    }

    private static List<Class<?>> family(Class<?> sealedInterface) {
        return List.of(sealedInterface.getPermittedSubclasses());
    }

    private ObjectNode tree() {
        ObjectNode root = MAPPER.createObjectNode().put("asyncapi", "3.0.0");
        root.putObject("info")
                .put("title", "lorafleet messages")
                .put("version", Integer.toString(GenerateImage.SCHEMA_VERSION))
                .put("description", "Generated from common/messages. Readers ignore unknown fields.")
                .putObject("license")
                .put("name", "Apache-2.0");
        root.put("defaultContentType", "application/json");
        ObjectNode channels = root.putObject("channels");
        for (Topic topic : Topic.values()) {
            String address = "{prefix}" + topic.in("") + (topic.hasPools() ? "{pool}" : "");
            ObjectNode channel = channels.putObject(topic.in("")).put("address", address);
            ObjectNode parameters = channel.putObject("parameters");
            parameters.putObject("prefix").put("description", "lorafleet.topic-prefix; empty by default");
            if (topic.hasPools()) {
                parameters
                        .putObject("pool")
                        .put("description", "'-' and the name of the pool; empty for the default pool");
            }
            ObjectNode references = channel.putObject("messages");
            for (Class<?> type : messages(topic)) {
                references.putObject(type.getSimpleName()).put("$ref", "#/components/messages/" + message(type));
            }
        }
        ObjectNode components = root.putObject("components");
        components.set("messages", messages);
        ObjectNode collected = schemas.collectDefinitions(SCHEMAS);
        components.set("schemas", collected);
        return root;
    }

    private String message(Class<?> type) {
        String name = type.getSimpleName();
        if (!messages.has(name)) {
            ObjectNode message = messages.putObject(name);
            ObjectNode headers = message.putObject("headers").put("type", "object");
            ObjectNode properties = headers.putObject("properties");
            properties.putObject("type").put("const", name);
            properties.putObject("schema-version").put("type", "string").put("pattern", "^[0-9]+$");
            for (String context : List.of("traceparent", "tracestate")) {
                properties.putObject(context).put("type", "string").put("description", "W3C Trace Context");
            }
            message.set("payload", schemas.createSchemaReference(type));
        }
        return name;
    }

    private static SchemaGenerator generator() {
        SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(
                        SchemaVersion.DRAFT_7, OptionPreset.PLAIN_JSON)
                .with(Option.DEFINITIONS_FOR_ALL_OBJECTS, Option.EXTRA_OPEN_API_FORMAT_VALUES, Option.FLATTENED_ENUMS)
                .without(Option.SCHEMA_VERSION_INDICATOR)
                .with(new JacksonModule(
                        JacksonOption.FLATTENED_ENUMS_FROM_JSONVALUE, JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY));
        config.forFields().withRequiredCheck(field -> !nullable(field));
        config.forTypesInGeneral().withCustomDefinitionProvider((type, context) -> {
            ObjectNode definition =
                    context.getGeneratorConfig().createObjectNode().put("type", "string");
            if (type.getErasedType() == byte[].class) {
                return inline(definition.put("contentEncoding", "base64"));
            } else if (type.getErasedType() == Instant.class) {
                return inline(definition.put("format", "date-time"));
            } else if (type.getErasedType() == Duration.class) {
                return inline(definition.put("description", "ISO 8601 duration"));
            }
            return null;
        });
        return new SchemaGenerator(config.build());
    }

    private static CustomDefinition inline(ObjectNode definition) {
        return new CustomDefinition(
                definition, CustomDefinition.DefinitionType.INLINE, CustomDefinition.AttributeInclusion.NO);
    }

    private static boolean nullable(FieldScope field) {
        return field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }
}
