// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.telemetry.Spans;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The spans of records. The trace context travels in the record headers {@code traceparent} and {@code tracestate}. If
 * tracing is off, all spans are no-op spans, which only propagate an existing trace context.
 *
 * @see "OpenTelemetry's semantic conventions for messaging spans; W3C Trace Context"
 */
public final class RecordSpans {
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");

    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private static final TextMapGetter<Headers> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            List<String> keys = new ArrayList<>();
            headers.forEach(header -> keys.add(header.key()));
            return keys;
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
            Header header = headers == null ? null : headers.lastHeader(key);
            return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
        }
    };

    private RecordSpans() {}

    /** Starts the span for the publication of a record. The caller ends it when the broker has the record. */
    public static Span send(String topic, Context parent) {
        return messaging("send", topic, SpanKind.PRODUCER, parent).startSpan();
    }

    /**
     * Starts the span for the processing of a record, in the trace of the record. The record may have waited for a long
     * time, and it may be processed more than once; each time it is processed, a new span is started. The caller ends
     * the span.
     */
    public static Span process(ConsumerRecord<?, ?> record) {
        return messaging("process", record.topic(), SpanKind.CONSUMER, context(record.headers()))
                .setAttribute(PARTITION, Integer.toString(record.partition()))
                .setAttribute(OFFSET, record.offset())
                .startSpan();
    }

    private static SpanBuilder messaging(String operation, String topic, SpanKind kind, Context parent) {
        return Spans.tracer()
                .spanBuilder(operation + " " + topic)
                .setSpanKind(kind)
                .setParent(parent)
                .setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION, operation)
                .setAttribute(OPERATION_TYPE, operation)
                .setAttribute(DESTINATION, topic);
    }

    /** Sets the trace context in a record's headers. */
    public static void inject(Span span, Headers headers) {
        W3C.inject(Context.root().with(span), headers, (carrier, key, value) -> {
            if (carrier != null) {
                carrier.remove(key).add(key, value.getBytes(UTF_8));
            }
        });
    }

    /** @return the trace context in a record's headers; the root context if there is none */
    public static Context context(Headers headers) {
        return W3C.extract(Context.root(), headers, HEADERS);
    }
}
