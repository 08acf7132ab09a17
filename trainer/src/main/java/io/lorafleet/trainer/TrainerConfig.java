// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import io.lorafleet.storage.config.StorageConfig;
import io.lorafleet.telemetry.kafka.PoolSetting;
import io.lorafleet.telemetry.kafka.TopicPrefix;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of a trainer, in addition to {@code kafka.bootstrap.servers} and Quarkus' own keys.
 *
 * <p>A key without a unit is a count or a factor. A share is a number from 0 to 1.
 */
@ConfigMapping(prefix = "lorafleet")
public interface TrainerConfig {

    /**
     * Prefix of all topic and group names, so that several fleets can share a cluster: at most 150 letters, digits,
     * '.', '_' or '-'. All services of a fleet must use the same prefix. Default: none.
     */
    Optional<@WithConverter(TopicPrefix.class) String> topicPrefix();

    /**
     * Path of the base model: a folder in the diffusers layout, or a single-file checkpoint. The workers must use the
     * same model. The trainer reads the model at the start of each run. Required.
     */
    Path model();

    /** The blob store. */
    StorageConfig storage();

    Trainer trainer();

    /** Training of adapters. */
    interface Trainer {
        /**
         * Name of this trainer, unique in the fleet. Default: the environment variable {@code HOSTNAME}, or {@code
         * trainer} if the variable is not set.
         */
        @WithDefault("${HOSTNAME:trainer}")
        String id();

        /**
         * Pool of this trainer: 1 to 40 lower-case letters, digits or '-', starting and ending with a letter or digit.
         * In a fleet with several base models, set the same value for all trainers of a base model. The trainer then
         * trains only the adapters that were made for its base model; in the pool {@code default}, also those whose
         * base model is unknown. The trainers of each pool form a consumer group. Default: none, in which case this
         * trainer trains all adapters, and runs of adapters for another base model fail.
         */
        Optional<@WithConverter(PoolSetting.class) String> pool();

        /**
         * Number of CPU threads per operation, at least 1. Results are reproducible only with the same number of
         * threads. Default: the number of processors.
         */
        OptionalInt threads();

        /** Minimum number of samples of an adapter before a run starts, at least 1. Default: 16. */
        @WithDefault("16")
        int minSamples();

        /**
         * Age of an adapter's oldest sample at which a run starts even with fewer samples than {@link #minSamples}.
         * Default: 1h.
         */
        @WithDefault("1h")
        Duration maxAge();

        /**
         * Maximum delay before a retry after an error, such as an error of the blob store or the broker. Default: 30s.
         */
        @WithDefault("30s")
        Duration maxRetryPause();

        /**
         * Maximum time that a run or the polling loop may go without progress. After this time, the trainer reports
         * that it is no longer live. The value must be longer than an optimizer step takes. Default: 30m.
         */
        @WithDefault("30m")
        Duration hangTimeout();

        /**
         * Maximum number of feedback records, waiting for a run, that a trainer keeps in memory for each partition; at
         * least 1. Further records wait in Kafka. Default: 100000.
         */
        @WithDefault("100000")
        int maxWaiting();

        Run run();

        Prompts prompts();

        Gate gate();

        Canary canary();
    }

    /** A training run. It uses the guidance scale of the parent version and the default image size of the base. */
    interface Run {
        /** Number of optimizer steps per run, at least 1. Default: 200. */
        @WithDefault("200")
        int steps();

        /** Number of trajectory samples per optimizer step, at least 1. Default: 32. */
        @WithDefault("32")
        int batch();

        /**
         * Maximum number of trajectory samples per UNet batch, at least 1. A smaller number needs less memory. Default:
         * 32.
         */
        @WithDefault("32")
        int rowsAtOnce();

        /**
         * Number of images generated per round, at least 1. Each round ends with a training checkpoint. Default: 32.
         */
        @WithDefault("32")
        int promptsPerRound();

        /** Number of passes over the trajectory samples of a round, at least 1. Default: 2. */
        @WithDefault("2")
        int passes();

        /**
         * Mean number of sampler steps per image, at least 2. Each round uses between 50% and 150% of this number.
         * Default: 20.
         */
        @WithDefault("20")
        int samplerSteps();

        /**
         * Share of the steps, at the end of a run, that train on the student's own trajectories, 0 to 1. Default: 0.25.
         */
        @WithDefault("0.25")
        double studentShare();

        /**
         * Peak learning rate, greater than 0. The default is lower than for a first distillation, because the parent is
         * already trained. Default: 3e-4.
         */
        @WithDefault("3e-4")
        double learningRate();
    }

    /** Prompts of a run. */
    interface Prompts {
        /**
         * Weight, at least 0, that a rating of -1 adds to the default prompt weight of 1. A request for the teacher's
         * result adds the same weight. Default: 2.
         */
        @WithDefault("2")
        double downWeight();

        /** Weight of a prompt with a positive rating, greater than 0. Default: 0.5. */
        @WithDefault("0.5")
        double upWeight();

        /**
         * Share of the training images for replayed prompts, at least 0 and less than 1. Replay preserves what the
         * student learned in earlier runs. Default: 0.3.
         */
        @WithDefault("0.3")
        double replayShare();

        /**
         * Maximum number of earlier samples with a positive rating to replay, newest first, at least 0. Default: 256.
         */
        @WithDefault("256")
        int maxReplay();

        /** Text file of prompts to replay in every run, one per line. Default: none. */
        Optional<Path> base();

        /**
         * Text file of held-out prompts for the quality gate, one per line. No run trains on them. Default: the share
         * of all prompts that {@code held-out-share} sets.
         */
        Optional<Path> heldOut();

        /** Share of all prompts to hold out if {@code held-out} is not set, 0 to 1. Default: 0.2. */
        @WithDefault("0.2")
        double heldOutShare();
    }

    /**
     * Canary analysis of a new version. The canary first gets a share of the requests, then all requests. It is
     * compared with the previous version, and rolled back if it is worse.
     */
    interface Canary {
        /**
         * Share of requests for the canary, 0 to 1. 0 turns canaries off; routes then do not change. Default: 0.1.
         */
        @WithDefault("0.1")
        double canaryShare();

        /**
         * Share of requests on which both versions are compared with the teacher, 0 to 1. Each step of such a request
         * needs three additional UNet rows. Default: 0.1.
         */
        @WithDefault("0.1")
        double shadowShare();

        /**
         * Number of compared requests for each decision (to promote the canary, then to keep it), at least 1. Default:
         * 20.
         */
        @WithDefault("20")
        int minComparisons();

        /**
         * Maximum amount by which the canary's mean error on live requests may exceed the previous version's. The base
         * model without guidance has an error of 1. Default: 0.02.
         */
        @WithDefault("0.02")
        double errorMargin();

        /** Minimum number of ratings of each version before ratings count, at least 1. Default: 5. */
        @WithDefault("5")
        int minRatings();

        /**
         * Maximum amount by which the canary's mean rating may be below the previous version's, on the scale from -1 to
         * 1. Default: 0.5.
         */
        @WithDefault("0.5")
        double ratingMargin();

        /**
         * Time after which the canary passes even with too few comparisons, unless its ratings are too low. Default:
         * 1h.
         */
        @WithDefault("1h")
        Duration maxAge();
    }

    /** Quality gate: a new version is compared with its parent on held-out prompts. */
    interface Gate {
        /**
         * Maximum decrease in the learned share of the guidance effect, compared with the parent. Default: 0.01.
         */
        @WithDefault("0.01")
        double margin();

        /**
         * Maximum decrease in prompt adherence, compared with the parent. Checked only for the demo model. Default:
         * 0.05.
         */
        @WithDefault("0.05")
        double adherenceMargin();

        /** Maximum number of held-out prompts to compare, at least 1. Default: 32. */
        @WithDefault("32")
        int maxPrompts();

        /** Number of sampler steps per compared image, at least 2. Default: 10. */
        @WithDefault("10")
        int samplerSteps();
    }
}
