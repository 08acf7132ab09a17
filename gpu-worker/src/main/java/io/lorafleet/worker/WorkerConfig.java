// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.diffusion.Precision;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Everything that can be set for a worker, beside Quarkus' own keys and {@code kafka.bootstrap.servers}. */
@ConfigMapping(prefix = "lorafleet")
public interface WorkerConfig {

    /** Prefix of every topic and of the share group, so that several fleets can share a cluster. Default: none. */
    Optional<String> topicPrefix();

    /** Folder of the base model, in diffusers' layout. Required. */
    Path model();

    Storage storage();

    Worker worker();

    interface Storage {
        /** Directory of the blob store, shared by all services. Required. */
        Path directory();
    }

    interface Worker {
        /** Name of this worker, unique in the fleet and the same after a restart. Default: the machine's name. */
        @WithDefault("${HOSTNAME:worker}")
        String id();

        /** Threads of one operation on the CPU. Default: one for each processor. */
        OptionalInt threads();

        /**
         * What the UNet computes with: float32; float16, which is slow on a CPU; or bfloat16 on CPUs with AVX-512, where
         * it takes half the memory and about half the time, and images differ a little.
         */
        @WithDefault("float32")
        Precision precision();

        /**
         * Images of more pixels than this (width times height) are decoded in tiles, which bounds the memory and
         * changes the image a little. Default: 1024 x 1024, so that up to there images are those of diffusers, which
         * decodes whole unless told otherwise. The same for all workers, so that a request gives the same image.
         */
        @WithDefault("1048576")
        long tileAbovePixels();

        /**
         * Requests that are held at once: they share the batches, and those that wait for their adapter or are being
         * stored are among them. At least one more than the interactive ones.
         */
        @WithDefault("12")
        int slots();

        /** Those of the slots that take interactive requests only, so that one is free however much else there is. */
        @WithDefault("2")
        int interactiveSlots();

        /**
         * The most rows of a batch, for images of the size that the model was trained at; for others in proportion to
         * their pixels. A guided image takes two rows. Default: measured at the start.
         */
        OptionalInt maxBatchRows();

        /** After this time on a worker a request of low priority counts as an interactive one. */
        @WithDefault("PT30S")
        Duration batchPatience();

        /** A preview of each image goes out so often, after a step. Zero: none does. */
        @WithDefault("PT0.25S")
        Duration previewEvery();

        /**
         * Whether a PNG says in its text chunks how it was made, its prompt included. All workers of a fleet must agree on
         * it, because the same request gives the same bytes on each.
         */
        @WithDefault("true")
        boolean imageMetadata();

        /** How often workers may begin a request before it goes to the dead letters. Below Kafka's own limit, 5. */
        @WithDefault("4")
        int maxAttempts();

        Adapters adapters();
    }

    interface Adapters {
        /** Bytes of adapter weights that stay on the device, beyond those in use. */
        @WithDefault("1073741824")
        long deviceBytes();

        /** Bytes of adapter files that stay in the host's memory, behind the device. A larger file is refused. */
        @WithDefault("1073741824")
        long hostBytes();

        /** The largest rank that an adapter may have: a batch pads all its rows to its largest. */
        @WithDefault("256")
        int maxRank();
    }
}
