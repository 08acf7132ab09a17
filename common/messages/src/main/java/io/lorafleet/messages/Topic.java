// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.messages.worker.WorkerStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A fleet's topics. A topic name may have a prefix, so that several fleets can share one cluster. */
public enum Topic {
    /**
     * Key: request id; value: {@link GenerateImage}. Each pool has its own topic, which its {@linkplain #workerGroup
     * share group} reads. Requests can wait for days, for example while no worker is running, so the retention time is
     * longer than that of results, whose content is also in the manifests.
     */
    REQUESTS("generation.requests", Cleanup.DELETE, Duration.ofDays(7)),
    /** Like {@link #REQUESTS}, for requests with priority {@link Priority#BATCH}. */
    BATCH_REQUESTS("generation.requests.batch", Cleanup.DELETE, Duration.ofDays(7)),
    /**
     * Key: request id; value: {@link CancelGeneration}. Every worker reads all records. A cancellation is kept as long
     * as its request.
     */
    CONTROL("generation.control", Cleanup.DELETE, Duration.ofDays(7)),
    /** Key: request id; value: {@link GenerationProgress}. */
    PROGRESS("generation.progress", Cleanup.DELETE, Duration.ofHours(1)),
    /** Key: request id; value: {@link GenerationFinished}. */
    RESULTS("generation.results", Cleanup.DELETE, Duration.ofDays(1)),
    /** Key: request id; value: {@link DeadLetter}. */
    DEAD_LETTERS("generation.dead-letters", Cleanup.DELETE, Duration.ofDays(30)),
    /** Key: adapter name; value: {@link FeedbackEvent}. */
    FEEDBACK("feedback.samples", Cleanup.DELETE, Duration.ofDays(30)),
    /**
     * The registry. Key: name@version; value: {@link AdapterVersion}. Key: name; value: {@link AdapterRoute}.
     * Compacted.
     */
    ADAPTERS("adapters", Cleanup.COMPACT, null),
    /**
     * Key: adapter name; value: {@link TrainingEvent}, except progress. Trainers read the topic from the beginning to
     * find the feedback that has already been consumed. Earlier releases also wrote progress to this topic.
     */
    TRAININGS("trainings", Cleanup.DELETE, Duration.ofDays(365)),
    /** Key: adapter name; value: {@link TrainingProgressed}. */
    TRAINING_PROGRESS("training.progress", Cleanup.DELETE, Duration.ofDays(1)),
    /**
     * Key: worker id; value: {@link WorkerStatus}, or none after the worker has stopped. Compacted. The broker sets the
     * records' timestamps, because workers' clocks can differ.
     */
    WORKERS("workers", Cleanup.COMPACT, null);

    /** Name of the default pool's share group, without the prefix. */
    public static final String WORKER_GROUP = "gpu-workers";

    /**
     * Name, without the prefix, of the consumer group of trainers in the default pool and of trainers without a pool.
     */
    public static final String TRAINER_GROUP = "trainers";

    /**
     * Name, without the prefix, of the consumer group whose committed offsets are the gateways' low-water marks: every
     * request before such an offset has ended.
     */
    public static final String LOW_WATER_MARKS = "gateway-low-water-marks";

    /**
     * With this limit, even the longest topic name, including the name of a pool, stays below Kafka's limit of 249
     * characters.
     */
    private static final int MAX_PREFIX_LENGTH = 150;

    /** Kafka's cleanup policy for a topic. */
    public enum Cleanup {
        /** Deletes records by age. */
        DELETE,
        /** Keeps the newest record for each key, with no time limit. */
        COMPACT
    }

    private final String baseName;
    private final Cleanup cleanup;
    private final @Nullable Duration retention;

    Topic(String baseName, Cleanup cleanup, @Nullable Duration retention) {
        this.baseName = baseName;
        this.cleanup = cleanup;
        this.retention = retention;
    }

    /**
     * Checks the prefix of a fleet's topics and groups.
     *
     * @return the prefix
     * @throws IllegalArgumentException if the prefix is too long, or contains characters that Kafka does not allow in
     *     topic names
     */
    public static String requirePrefix(String prefix) {
        if (!prefix.matches("[A-Za-z0-9._-]{0," + MAX_PREFIX_LENGTH + "}")) {
            throw new IllegalArgumentException("expected at most " + MAX_PREFIX_LENGTH
                    + " letters, digits, '.', '_' or '-', found '" + prefix + "'");
        }
        return prefix;
    }

    /**
     * @param prefix fleet's topic prefix; may be empty
     * @return the topic's name in that fleet; for a request topic, that of the default pool
     */
    public String in(String prefix) {
        return prefix + baseName;
    }

    /** @return the name of a pool's request topic */
    public String in(String prefix, String pool) {
        return prefix + baseName + PoolName.suffix(pool);
    }

    /** @return whether each pool has its own topic of this kind */
    public boolean hasPools() {
        return this == REQUESTS || this == BATCH_REQUESTS;
    }

    /** @return a pattern that matches the names of this topic in all pools of the fleet */
    public Pattern inAnyPool(String prefix) {
        return Pattern.compile(Pattern.quote(prefix + baseName) + PoolName.SUFFIX);
    }

    /**
     * @return the pool of the request topic with this name; empty if this is not the name of a request topic of the
     *     fleet
     */
    public static Optional<String> poolOf(String prefix, String name) {
        return Stream.of(REQUESTS, BATCH_REQUESTS)
                .map(topic -> topic.inAnyPool(prefix).matcher(name))
                .filter(Matcher::matches)
                .map(found -> found.group(1) == null
                        ? PoolName.DEFAULT
                        : found.group(1).substring(1))
                .filter(PoolName::isValid)
                .findFirst();
    }

    /** @return the name of the consumer group of a pool's trainers */
    public static String trainerGroup(String prefix, String pool) {
        return prefix + TRAINER_GROUP + PoolName.suffix(pool);
    }

    /** @return the name of a pool's share group */
    public static String workerGroup(String prefix, String pool) {
        return prefix + WORKER_GROUP + PoolName.suffix(pool);
    }

    public Cleanup cleanup() {
        return cleanup;
    }

    /** @return the records' retention time, or null for a compacted topic */
    public @Nullable Duration retention() {
        return retention;
    }
}
