// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFailed.Reason;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.telemetry.kafka.MessageHeaders;
import io.lorafleet.telemetry.kafka.RecordSpans;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.job.RecordOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;

/**
 * Publishes progress, results and dead letters. The methods for results and dead letters return only after the broker
 * has acknowledged the records.
 */
@ApplicationScoped
class ReplyPublisher {
    private final MutinyEmitter<Record<String, byte[]>> progress;
    private final MutinyEmitter<Record<String, byte[]>> results;
    private final MutinyEmitter<Record<String, byte[]>> deadLetters;
    private final Clock clock;
    private final String workerId;
    private final String topicPrefix;
    private final MeterRegistry meters;
    private final Counter letters;

    ReplyPublisher(
            @Channel("progress") @OnOverflow(OnOverflow.Strategy.DROP) MutinyEmitter<Record<String, byte[]>> progress,
            @Channel("results") MutinyEmitter<Record<String, byte[]>> results,
            @Channel("dead-letters") MutinyEmitter<Record<String, byte[]>> deadLetters,
            Clock clock,
            WorkerConfig config,
            MeterRegistry meters) {
        this.progress = progress;
        this.results = results;
        this.deadLetters = deadLetters;
        this.clock = clock;
        this.workerId = config.worker().id();
        this.topicPrefix = config.topicPrefix().orElse("");
        this.meters = meters;
        this.letters = Counter.builder("lorafleet.dead.letters")
                .description("Requests that were published as dead letters")
                .register(meters);
    }

    /** Publishes progress without waiting for the broker. The event may be lost. */
    void progress(GenerationProgress event) {
        progress.sendMessageAndForget(message(event.requestId(), Json.write(event), MessageHeaders.of(event)));
    }

    /**
     * Publishes a result and waits for the broker. The result carries the webhook from the request's header, so that a
     * gateway can call the webhook without having read the request.
     */
    void finished(ConsumerRecord<byte[], byte[]> request, GenerationFinished result) {
        Headers headers = MessageHeaders.of(result);
        Header webhook = request.headers().lastHeader(GenerateImage.WEBHOOK_HEADER);
        if (webhook != null) {
            headers.add(webhook);
        }
        send(results, Topic.RESULTS, result.requestId(), Json.write(result), headers);
        String outcome = result.match(
                succeeded -> "succeeded", failed -> "failed", cancelled -> "cancelled", expired -> "expired");
        meters.counter("lorafleet.requests", "outcome", outcome).increment();
    }

    /**
     * Publishes a dead letter and, if the request id is known, the request's failure.
     *
     * @param requestId key of the record, or null if it is not a valid request id
     */
    void deadLetter(ConsumerRecord<byte[], byte[]> record, @Nullable String requestId, RecordOutcome.Refuse refuse) {
        DeadLetter letter = new DeadLetter(
                requestId,
                record.topic(),
                record.partition(),
                record.offset(),
                record.value(),
                refuse.detail(),
                refuse.attempts(),
                workerId,
                clock.instant());
        send(deadLetters, Topic.DEAD_LETTERS, requestId, Json.write(letter), MessageHeaders.of(letter));
        letters.increment();
        if (refuse.result() != null) {
            finished(record, refuse.result());
        } else if (requestId != null) {
            finished(
                    record,
                    new GenerationFailed(
                            requestId, workerId, clock.instant(), Reason.INVALID_REQUEST, refuse.detail()));
        }
    }

    /** Publishes a record in the current trace, and waits for the broker. */
    private void send(
            MutinyEmitter<Record<String, byte[]>> channel,
            Topic topic,
            @Nullable String key,
            byte[] value,
            Headers headers) {
        Span span = RecordSpans.send(topic.in(topicPrefix), Context.current());
        try {
            RecordSpans.inject(span, headers);
            channel.sendMessageAndAwait(message(key, value, headers));
        } catch (RuntimeException e) {
            Spans.fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    private static Message<Record<String, byte[]>> message(@Nullable String key, byte[] value, Headers headers) {
        return Message.of(Record.of(key, value))
                .addMetadata(OutgoingKafkaRecordMetadata.<String>builder()
                        .withHeaders(headers)
                        .build());
    }
}
