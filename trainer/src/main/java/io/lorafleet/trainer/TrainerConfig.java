// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What can be configured of a trainer, beside Quarkus' own keys and {@code kafka.bootstrap.servers}. */
@ConfigMapping(prefix = "lorafleet")
public interface TrainerConfig {

    /** Put before the name of every topic and of the consumer group, so that fleets can share a cluster. Default: none. */
    Optional<String> topicPrefix();

    /** Folder of the base model, in diffusers' layout: the one that the workers hold. Read when a run begins. Required. */
    Path model();

    Storage storage();

    Trainer trainer();

    /** The blob store. */
    interface Storage {
        /** The directory that gateways, workers and trainers share. Required. */
        Path directory();
    }

    /** How adapters are trained. */
    interface Trainer {
        /** Name of this trainer, unique in the fleet. Default: the machine's name. */
        @WithDefault("${HOSTNAME:trainer}")
        String id();

        /** Threads of one operation on the CPU. Another number may give other last bits. Default: one a processor. */
        OptionalInt threads();

        /** As many samples of an adapter begin a run. */
        @WithDefault("16")
        int minSamples();

        /** When the oldest sample of an adapter is older than this, fewer do. */
        @WithDefault("PT1H")
        Duration maxAge();

        /** Longest pause before what failed, such as the storage or the broker, is tried again. */
        @WithDefault("PT30S")
        Duration maxRetryPause();

        Run run();

        Prompts prompts();

        Gate gate();

        Canary canary();
    }

    /** A run. Its guidance is that of the version it goes on from, its images have the size the base was trained at. */
    interface Run {
        /** Steps of the optimiser. */
        @WithDefault("200")
        int steps();

        /** Points that each step learns from. */
        @WithDefault("32")
        int batch();

        /** Points that are computed together. Fewer take less memory. */
        @WithDefault("32")
        int rowsAtOnce();

        /** Images that are drawn at a time, for the points on their way; a checkpoint is kept after each such round. */
        @WithDefault("32")
        int promptsPerRound();

        /** Passes over the points of each round. */
        @WithDefault("2")
        int passes();

        /** Steps of an image, from half to one and a half of it. */
        @WithDefault("20")
        int samplerSteps();

        /** Of the steps, the last ones, on points of the student's own images. */
        @WithDefault("0.25")
        double studentShare();

        /** At its peak. Below that of a student's first distillation, as it has learned most already. */
        @WithDefault("3e-4")
        double learningRate();
    }

    /** What a run learns from. */
    interface Prompts {
        /** A prompt that was rated -1, or is wanted as the teacher draws it, weighs 1 + this; one rated 0 weighs 1. */
        @WithDefault("2")
        double downWeight();

        /** Weight of a prompt whose image was rated up: there is little to mend. */
        @WithDefault("0.5")
        double upWeight();

        /** Part of what is drawn that comes from earlier samples and base prompts, so that nothing is unlearned. */
        @WithDefault("0.3")
        double replayShare();

        /** Earlier samples, rated up, that are drawn again: the latest ones. */
        @WithDefault("256")
        int maxReplay();

        /** A file of prompts, one a line, that every run draws from, too. Default: none. */
        Optional<Path> base();

        /**
         * A file of prompts, one a line, that no run learns from and all are judged by. Default: some of the prompts
         * that come in, always the same ones.
         */
        Optional<Path> heldOut();

        /** Without such a file, the part of all prompts that is kept for judging. */
        @WithDefault("0.2")
        double heldOutShare();
    }

    /**
     * How a new version is tried: first on a share of the requests, then on all, while it is compared with the one before
     * on some of them. If it falls behind, it is rolled back.
     */
    interface Canary {
        /** Of the requests that get it. 0: versions are not tried, and the adapter's route is left as it is. */
        @WithDefault("0.1")
        double canaryShare();

        /** Of the requests on which both are compared with the guided teacher. Each costs three more UNet rows. */
        @WithDefault("0.1")
        double shadowShare();

        /** As many compared requests decide, first whether all requests get it, then whether it stays. */
        @WithDefault("20")
        int minComparisons();

        /** It falls behind if its mean error is higher by more than this. 1 is what guidance makes out. */
        @WithDefault("0.02")
        double errorMargin();

        /** Ratings of each of the two that it takes before they count. */
        @WithDefault("5")
        int minRatings();

        /** It falls behind if its mean rating (-1 to 1) is lower by more than this. */
        @WithDefault("0.5")
        double ratingMargin();

        /** After as long, fewer comparisons decide, or none. */
        @WithDefault("PT1H")
        Duration maxAge();
    }

    /** What a new version must be to be published. */
    interface Gate {
        /** A version is published unless it has learned less of the guidance than its parent by more than this. */
        @WithDefault("0.01")
        double margin();

        /** And unless less of what the prompts ask for is in its images than in its parent's, by more than this. */
        @WithDefault("0.05")
        double adherenceMargin();

        /** The most prompts that it is judged by. */
        @WithDefault("32")
        int maxPrompts();

        /** Steps of the images that it is judged by. */
        @WithDefault("10")
        int samplerSteps();
    }
}
