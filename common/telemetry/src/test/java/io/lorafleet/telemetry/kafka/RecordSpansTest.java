// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.telemetry.Spans;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecordSpansTest {
    @RegisterExtension
    static final OpenTelemetryExtension SDK = OpenTelemetryExtension.create();

    @BeforeEach
    void turnTracingOn() {
        Spans.use(SDK.getOpenTelemetry());
    }

    @AfterEach
    void turnTracingOff() {
        Spans.use(OpenTelemetry.noop());
    }

    @Test
    void withoutTracingARecordKeepsTheContextOfTheOneBeforeIt() {
        Headers headers = new RecordHeaders();
        RecordSpans.inject(Spans.start("request"), headers);
        turnTracingOff();
        Headers reply = new RecordHeaders();

        Span process = RecordSpans.process(record(headers));
        RecordSpans.inject(RecordSpans.send("replies", Context.root().with(process)), reply);

        assertThat(reply.lastHeader("traceparent")).isEqualTo(headers.lastHeader("traceparent"));
        assertThat(Spans.start("work").getSpanContext().isValid()).isFalse();
    }

    @Test
    void aRecordIsProcessedInTheTraceOfItsPublication() {
        Span request = Spans.start("request");
        Headers headers = new RecordHeaders();
        Span sent = RecordSpans.send("topic", Context.root().with(request));
        RecordSpans.inject(sent, headers);
        sent.end();

        RecordSpans.process(record(headers)).end();
        RecordSpans.process(record(headers)).end(); // another attempt

        List<SpanData> spans = SDK.getSpans();
        assertThat(spans).extracting(SpanData::getName).containsExactly("send topic", "process topic", "process topic");
        assertThat(spans)
                .extracting(SpanData::getTraceId)
                .containsOnly(request.getSpanContext().getTraceId());
        assertThat(spans).extracting(SpanData::getKind).contains(SpanKind.PRODUCER, SpanKind.CONSUMER);
        assertThat(spans.subList(1, 3))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(spans.get(0).getSpanId());
    }

    @Test
    void aNewContextReplacesTheOneInTheHeaders() {
        Headers headers = new RecordHeaders();
        Span first = Spans.start("first");
        Span second = Spans.start("second");

        RecordSpans.inject(first, headers);
        RecordSpans.inject(second, headers);

        assertThat(headers.headers("traceparent")).hasSize(1);
        assertThat(Span.fromContext(RecordSpans.context(headers))
                        .getSpanContext()
                        .getSpanId())
                .isEqualTo(second.getSpanContext().getSpanId());
    }

    @Test
    void anEmptySpanAddsNoHeaders() {
        Headers headers = new RecordHeaders();

        RecordSpans.inject(Span.getInvalid(), headers);

        assertThat(headers).isEmpty();
        assertThat(RecordSpans.context(headers)).isSameAs(Context.root());
    }

    @Test
    void malformedHeadersStartANewTrace() {
        Headers headers = new RecordHeaders().add("traceparent", new byte[] {7}).add("tracestate", null);

        RecordSpans.process(record(headers)).end();

        assertThat(SDK.getSpans())
                .singleElement()
                .extracting(SpanData::getParentSpanId)
                .isEqualTo("0000000000000000");
    }

    @Test
    void aFailureHasItsTypeButNotItsMessage() {
        Span span = Spans.start("work");

        Spans.fail(span, new CompletionException(new IllegalStateException("a secret prompt")));
        span.end();

        assertThat(SDK.getSpans()).singleElement().satisfies(failed -> {
            assertThat(failed.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(failed.getAttributes().asMap().values()).containsExactly("java.lang.IllegalStateException");
            assertThat(failed.toString()).doesNotContain("secret");
        });
    }

    private static ConsumerRecord<byte[], byte[]> record(Headers headers) {
        return new ConsumerRecord<>(
                "topic", 0, 7, 0, TimestampType.CREATE_TIME, 0, 0, null, null, headers, Optional.empty());
    }
}
