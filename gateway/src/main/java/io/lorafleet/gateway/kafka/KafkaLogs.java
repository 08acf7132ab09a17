// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.adapter.AdapterLog;
import io.lorafleet.gateway.feedback.FeedbackLog;
import io.lorafleet.gateway.generation.GenerationLog;
import io.lorafleet.gateway.webhook.Webhooks;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.telemetry.kafka.MessageHeaders;
import io.lorafleet.telemetry.kafka.RecordSpans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/** Implements the logs as Kafka topics. A record is durable when all in-sync replicas have it. */
@Singleton
final class KafkaLogs implements GenerationLog, AdapterLog, FeedbackLog {
    /** Slightly longer than the producer's delivery.timeout.ms, so that the producer reports its own error first. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final MutinyEmitter<byte[]> log;
    private final Webhooks webhooks;
    private final String topicPrefix;

    KafkaLogs(@Channel("log") MutinyEmitter<byte[]> log, Webhooks webhooks, GatewayConfig config) {
        this.log = log;
        this.webhooks = webhooks;
        this.topicPrefix = config.topicPrefix().orElse("");
    }

    @Override
    public void write(GenerateImage command, LaterFields later) {
        Headers headers = MessageHeaders.of(command);
        webhooks.headerOf(command).ifPresent(header -> headers.add(GenerateImage.WEBHOOK_HEADER, header));
        Span.current().setAttribute(Spans.REQUEST, command.requestId());
        write(
                command.priority().topic().in(topicPrefix, command.poolName()),
                command.requestId(),
                later.write(command),
                headers);
    }

    @Override
    public void write(CancelGeneration command) {
        write(Topic.CONTROL, command.requestId(), command);
    }

    @Override
    public void write(AdapterEvent event) {
        write(Topic.ADAPTERS.in(topicPrefix), event.key(), event.value(), event.headers());
    }

    @Override
    public void write(FeedbackEvent event) {
        write(Topic.FEEDBACK, event.student(), event);
    }

    /**
     * Deletes the status of a worker.
     *
     * @throws NotPublishedException if the broker does not acknowledge the record
     */
    void deleteStatus(String workerId) {
        write(Topic.WORKERS.in(topicPrefix), workerId, null, MessageHeaders.ofType(WorkerStatus.class));
    }

    /**
     * Writes the same record to the same topic again. The copy has the headers of the original, so it stays in the
     * original's trace.
     *
     * @throws NotPublishedException if the broker does not acknowledge the record
     */
    void copy(ConsumerRecord<String, byte[]> record) {
        Span span = RecordSpans.send(record.topic(), RecordSpans.context(record.headers()));
        send(span, record.topic(), record.key(), record.value(), record.headers());
    }

    private void write(Topic topic, String key, Object message) {
        write(topic.in(topicPrefix), key, Json.write(message), MessageHeaders.of(message));
    }

    /** Writes a record in the current trace. A record that was not caused by an HTTP request belongs to no trace. */
    private void write(String topic, String key, byte @Nullable [] value, Headers headers) {
        Span span = Span.current().getSpanContext().isValid()
                ? RecordSpans.send(topic, Context.current())
                : Span.getInvalid();
        RecordSpans.inject(span, headers);
        send(span, topic, key, value, headers);
    }

    private void send(Span span, String topic, String key, byte @Nullable [] value, Headers headers) {
        OutgoingKafkaRecordMetadata<String> destination = OutgoingKafkaRecordMetadata.<String>builder()
                .withTopic(topic)
                .withKey(key)
                .withHeaders(headers)
                .build();
        try {
            log.sendMessage(Message.of(value).addMetadata(destination)).await().atMost(TIMEOUT);
        } catch (RuntimeException e) { // a broker error, a timeout, or a full buffer
            Spans.fail(span, e);
            throw new NotPublishedException(topic, key, e);
        } finally {
            span.end();
        }
    }
}
