// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.diffusion.Precision;
import io.lorafleet.messages.PoolName;
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

/** The configuration of a worker, in addition to {@code kafka.bootstrap.servers} and Quarkus' own keys. */
@ConfigMapping(prefix = "lorafleet")
public interface WorkerConfig {

    /**
     * Prefix of all topic and group names, so that several fleets can share a cluster: at most 150 letters, digits,
     * '.', '_' or '-'. All services of a fleet must use the same prefix. Default: none.
     */
    Optional<@WithConverter(TopicPrefix.class) String> topicPrefix();

    /** Path of the base model: a folder in the diffusers layout, or a single-file checkpoint. Required. */
    Path model();

    /** Settings of the blob store. */
    StorageConfig storage();

    /** Settings of this worker. */
    Worker worker();

    /** Keys below {@code lorafleet.worker}. */
    interface Worker {
        /**
         * ID of this worker: 1 to 128 letters, digits, '.', '_' or '-'. It must be unique in the fleet and must not
         * change on restart. Default: the environment variable {@code HOSTNAME}, or {@code worker} if the variable is
         * not set.
         */
        @WithDefault("${HOSTNAME:worker}")
        String id();

        /**
         * Pool of this worker: 1 to 40 lower-case letters, digits or '-', starting and ending with a letter or digit.
         * All workers of a pool must have the same base model. They receive only the requests of their pool. Create the
         * topics of a pool with {@code fleet topics --pool}. Default: {@code default}.
         */
        @WithDefault(PoolName.DEFAULT)
        @WithConverter(PoolSetting.class)
        String pool();

        /**
         * Number of threads that one PyTorch operation uses on the CPU, at least 1. Default: the number of processors.
         */
        OptionalInt threads();

        /**
         * Precision of the UNet: {@code float32}, {@code float16} or {@code bfloat16}. float16 is slow on a CPU.
         * bfloat16 needs a CPU with AVX-512. Compared with float32, bfloat16 uses half the memory and takes about half
         * the time, but changes the images slightly. Default: {@code float32}.
         */
        @WithDefault("float32")
        Precision precision();

        /**
         * Folder of the ControlNets that requests can use. Each entry is a ControlNet of the base model: a folder in
         * the diffusers layout, or a {@code .safetensors} file. All of them are loaded at the start and stay in memory;
         * each takes 40 to 50 % of the UNet's memory. All workers of a pool must have the same ControlNets. Default:
         * none.
         */
        Optional<Path> controlNets();

        /**
         * Maximum size, in pixels (width times height), of an image that the VAE decodes as a whole. Larger images are
         * decoded in tiles, which limits memory use but changes the images slightly. Up to this size, images match
         * those that diffusers generates without tiling. Use the same value for all workers in a fleet, so that a
         * request produces the same image on every worker. Default: 1048576 (1024 x 1024).
         */
        @WithDefault("1048576")
        long tileAbovePixels();

        /**
         * Number of slots, 1 to 1000. Each slot holds one request, including requests that wait for adapters and
         * requests whose images are being stored. The value must be larger than {@link #interactiveSlots}. Default: 12.
         */
        @WithDefault("12")
        int slots();

        /**
         * Number of slots, out of {@link #slots}, that accept only interactive requests, so that batch requests cannot
         * fill all slots. Default: 2.
         */
        @WithDefault("2")
        int interactiveSlots();

        /**
         * Maximum number of UNet rows in a batch of images at the model's default size, at least 1. For other sizes,
         * the limit is scaled in inverse proportion to the number of pixels. An image with guidance needs two rows, and
         * each ControlNet adds 0.4 to each row. Default: measured at startup.
         */
        OptionalInt maxBatchRows();

        /**
         * Time after which a request with priority batch, once it is in the worker, is scheduled like an interactive
         * request. Default: 30s.
         */
        @WithDefault("30s")
        Duration maxBatchWait();

        /**
         * Minimum time between two previews of an image. A preview is sent only after a step. Zero turns previews off.
         * Default: 250ms.
         */
        @WithDefault("250ms")
        Duration previewEvery();

        /**
         * Whether PNG files contain the generation parameters, including the prompt, in text chunks. Use the same value
         * for all workers in a fleet, so that a request produces the same bytes on every worker. Default: true.
         */
        @WithDefault("true")
        boolean imageMetadata();

        /**
         * Number of attempts after which a request fails and its record becomes a dead letter, at least 1. An attempt
         * counts only if the request ran alone in its worker, and if the worker died or the request failed unexpectedly
         * during the attempt. Default: 4.
         */
        @WithDefault("4")
        int maxAttempts();

        /**
         * Time limit for a step, for encoding a request's prompts and for decoding an image. If one of these operations
         * exceeds the limit, the worker reports that it is no longer live and releases its requests, so that other
         * workers can generate the images. Default: 10m.
         */
        @WithDefault("10m")
        Duration hangTimeout();

        /**
         * Time limit for finishing the requests in progress when the worker is asked to stop. During this time, the
         * worker accepts no more requests. It then releases the requests that have not finished, so that other workers
         * can generate the images. Allow about 10 more seconds before the process is killed. Zero releases all requests
         * at once. Default: 20s.
         */
        @WithDefault("20s")
        Duration drainTimeout();

        /** Limits of the adapters. */
        Adapters adapters();
    }

    /** Keys below {@code lorafleet.worker.adapters}. */
    interface Adapters {
        /**
         * Size of the device tier of the adapter cache, in bytes. Adapters in use may exceed this size. An adapter file
         * larger than the tier is refused. Default: 1073741824 (1 GiB).
         */
        @WithDefault("1073741824")
        long deviceBytes();

        /**
         * Size of the host memory tier of the adapter cache, in bytes. An adapter file larger than the tier is refused.
         * Default: 1073741824 (1 GiB).
         */
        @WithDefault("1073741824")
        long hostBytes();

        /**
         * Maximum rank of an adapter, at least 1. A batch pads the factors of all rows to the largest rank in the
         * batch, so one high-rank adapter slows down the whole batch. Default: 256.
         */
        @WithDefault("256")
        int maxRank();
    }
}
