// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.diffusion.Precision;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Configuration of a worker. Quarkus adds keys of its own, and {@code kafka.bootstrap.servers} names the brokers. */
@ConfigMapping(prefix = "lorafleet")
public interface WorkerConfig {

    /**
     * Prefix of the names of all topics and groups, which allows several fleets on one Kafka cluster. Default: no
     * prefix.
     */
    Optional<String> topicPrefix();

    /** Path of the base model's folder, in diffusers' layout. Required. */
    Path model();

    /** Settings of the blob store. */
    Storage storage();

    /** Settings of this worker. */
    Worker worker();

    /** Keys below {@code lorafleet.storage}. */
    interface Storage {
        /** Path of the blob store's directory, which all services share. Required. */
        Path directory();
    }

    /** Keys below {@code lorafleet.worker}. */
    interface Worker {
        /**
         * Id of this worker: 1 to 128 letters, digits, '.', '_' or '-'. It must be unique in the fleet and stay the
         * same after a restart. Default: the environment variable {@code HOSTNAME}, or {@code worker} if it is not set.
         */
        @WithDefault("${HOSTNAME:worker}")
        String id();

        /**
         * Number of threads that one PyTorch operation uses on the CPU, at least 1. Default: the number of processors.
         */
        OptionalInt threads();

        /**
         * Precision of the UNet: {@code float32}, {@code float16} or {@code bfloat16}. float16 is slow on a CPU.
         * bfloat16 needs a CPU with AVX-512, takes half the memory and about half the time, and changes the images
         * slightly. Default: {@code float32}.
         */
        @WithDefault("float32")
        Precision precision();

        /**
         * Largest image, in pixels (width times height), that the VAE decodes whole. Larger images are decoded in
         * tiles, which bounds the memory and changes the image slightly. Up to this size, images equal those of
         * diffusers without tiling. Use one value for all workers of a fleet, so that a request gives the same image on
         * each. Default: 1048576 (1024 x 1024).
         */
        @WithDefault("1048576")
        long tileAbovePixels();

        /**
         * Number of slots: jobs that the worker holds at a time, 1 to 1000. It includes jobs that wait for adapters and
         * jobs whose images are being stored. It must be larger than {@link #interactiveSlots}. Default: 12.
         */
        @WithDefault("12")
        int slots();

        /**
         * Number of slots, of {@link #slots}, that take only interactive requests. They are free for interactive
         * requests while batch requests fill the other slots. Default: 2.
         */
        @WithDefault("2")
        int interactiveSlots();

        /**
         * Maximum number of UNet rows in a batch of images of the model's default size, at least 1. For other sizes it
         * is scaled by the number of pixels. An image under guidance has two rows. Default: measured at startup.
         */
        OptionalInt maxBatchRows();

        /**
         * Time in a worker after which a batch request is scheduled as an interactive one, as an ISO-8601 duration.
         * Default: PT30S.
         */
        @WithDefault("PT30S")
        Duration batchPatience();

        /**
         * Minimum time between two previews of an image, as an ISO-8601 duration. Previews are sent after a step. Zero
         * turns previews off. Default: PT0.25S.
         */
        @WithDefault("PT0.25S")
        Duration previewEvery();

        /**
         * Whether PNG files contain the generation parameters, prompt included, in text chunks. Use one value for all
         * workers of a fleet, so that a request gives the same bytes on each. Default: {@code true}.
         */
        @WithDefault("true")
        boolean imageMetadata();

        /**
         * Number of attempts after which a request fails and its record becomes a dead letter, at least 1. It must be
         * below Kafka's {@code group.share.delivery.count.limit}, which is 5 by default. Default: 4.
         */
        @WithDefault("4")
        int maxAttempts();

        /** Limits of the adapters. */
        Adapters adapters();
    }

    /** Keys below {@code lorafleet.worker.adapters}. */
    interface Adapters {
        /**
         * Size of the device tier of the adapter cache, in bytes. Adapters in use may exceed it. A larger adapter file
         * is refused. Default: 1073741824 (1 GiB).
         */
        @WithDefault("1073741824")
        long deviceBytes();

        /**
         * Size of the host memory tier of the adapter cache, in bytes. A larger adapter file is refused. Default:
         * 1073741824 (1 GiB).
         */
        @WithDefault("1073741824")
        long hostBytes();

        /**
         * Largest rank of an adapter, at least 1. A batch pads the factors of all rows to its largest rank, so one
         * large adapter slows down the others. Default: 256.
         */
        @WithDefault("256")
        int maxRank();
    }
}
