package io.lorafleet.worker;

import io.lorafleet.diffusion.Precision;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
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
         * it takes half the memory and about half the time, and pictures differ a little.
         */
        @WithDefault("float32")
        Precision precision();

        /**
         * Pictures of more pixels than this (width times height) are decoded in tiles, which bounds the memory and
         * changes the picture a little. Default: 1024 x 1024, so that up to there pictures are those of diffusers, which
         * decodes whole unless told otherwise. The same for all workers, so that a request gives the same picture.
         */
        @WithDefault("1048576")
        long tileAbovePixels();

        /**
         * Requests that are held at once. The engine draws one picture at a time; a second slot stores and replies
         * meanwhile.
         */
        @WithDefault("2")
        int slots();

        /** How often workers may begin a request before it goes to the dead letters. Below Kafka's own limit, 5. */
        @WithDefault("4")
        int maxAttempts();

        /** Bytes of adapter weights that stay in memory beyond those in use. */
        @WithDefault("1073741824")
        long adapterCacheBytes();
    }
}
