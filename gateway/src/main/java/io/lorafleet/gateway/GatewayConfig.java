// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.storage.config.StorageConfig;
import io.lorafleet.telemetry.kafka.TopicPrefix;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The settings of a gateway, in addition to Quarkus' own settings and {@code kafka.bootstrap.servers}. */
@ConfigMapping(prefix = "lorafleet")
public interface GatewayConfig {

    /**
     * Prefix of all topic and group names, so that several fleets can share a cluster: at most 150 letters, digits,
     * '.', '_' or '-'. All services of a fleet must use the same prefix. Default: none.
     */
    Optional<@WithConverter(TopicPrefix.class) String> topicPrefix();

    Storage storage();

    Gateway gateway();

    Limits limits();

    Openai openai();

    Sdapi sdapi();

    Security security();

    /**
     * Number of generations that a gateway keeps in memory, at least 1. Beyond this number, the gateway forgets the
     * oldest finished generations first. Default: 10000.
     */
    @WithDefault("10000")
    int rememberedGenerations();

    /** The blob store. */
    interface Storage extends StorageConfig {
        /**
         * Free space, in bytes, that is reserved for the workers and the trainer on the file system of the blob store;
         * 0 or more. Init images and adapters that would cut into this reserve are refused with status 507. Default:
         * 1073741824 (1 GiB).
         */
        @WithDefault("1073741824")
        long minFreeBytes();
    }

    /** Settings of the gateway itself. */
    interface Gateway {
        /**
         * Name of this gateway in the {@code client.id} of its Kafka clients and in traces. Default: the environment
         * variable {@code HOSTNAME}, or {@code gateway} if the variable is not set.
         */
        @WithDefault("${HOSTNAME:gateway}")
        String id();

        /**
         * Name of the default base model, for requests that name neither a base model nor an adapter whose base is
         * known. Default: the base model of the pool {@code default}, or the only base model if there is no such pool.
         */
        Optional<String> defaultModel();

        /**
         * Directory on the gateway's disk from which {@code /v1/load_lora_adapter} loads adapters. Default: none,
         * which disables the endpoint.
         */
        Optional<Path> adapterDirectory();

        /**
         * How long the gateway waits for the result of a request that the workers' share group has acknowledged or
         * dropped; 100ms to 10m. If no result arrives, the gateway publishes the request again. Each time the request
         * is published again, the wait doubles, up to 32 times this value. The gateway polls the share group's offsets
         * at intervals of half this value. Default: 6s.
         */
        @WithDefault("6s")
        Duration droppedRequestTimeout();

        /**
         * How long a worker stays listed after its last status; 1m to 365d. A worker that stops cleanly deletes its
         * status, so this setting applies only to workers that were killed. A worker that returns is listed again.
         * Default: 24h.
         */
        @WithDefault("24h")
        Duration forgetLostWorkersAfter();
    }

    /** Limits on requests, callers and the queue. These limits cannot exceed those of the message format. */
    interface Limits {
        /** Maximum length of a prompt, and of a negative prompt, in characters; 1 to 4000. Default: 1000. */
        @WithDefault("1000")
        int maxPromptLength();

        /** Maximum number of sampler steps per image; 1 to 1000. Default: 200. */
        @WithDefault("200")
        int maxSteps();

        /** Maximum number of images per request; 1 to 16. Default: 8. */
        @WithDefault("8")
        int maxCount();

        /**
         * Maximum number of unfinished UNet evaluations in a pool; 1 to 100000000000. An evaluation at the model's
         * default image size counts as 1; at other sizes, it counts in proportion to the number of pixels. Beyond the
         * limit, requests are refused with status 429. Default: 100000.
         */
        @WithDefault("100000")
        long maxQueuedEvaluations();

        /**
         * Maximum number of one caller's unfinished UNet evaluations in the fleet, with the range of {@link
         * #maxQueuedEvaluations}. This limit does not apply in open mode. Default: 25000.
         */
        @WithDefault("25000")
        long maxQueuedEvaluationsPerCaller();

        /**
         * Maximum number of unfinished requests in the fleet; at least 1, and less than {@link
         * GatewayConfig#rememberedGenerations}. Default: 5000.
         */
        @WithDefault("5000")
        int maxQueuedRequests();

        /**
         * Per-caller limit for {@link #maxQueuedRequests}, for both priorities together; at least 1. This limit does
         * not apply in open mode. Default: 1250.
         */
        @WithDefault("1250")
        int maxQueuedRequestsPerCaller();

        /**
         * Maximum number of open event streams per gateway. Beyond the limit, requests for event streams are refused
         * with status 503. Default: 2000.
         */
        @WithDefault("2000")
        int maxEventStreams();

        /**
         * Per-caller limit for {@link #maxEventStreams}. Beyond the limit, requests for event streams are refused with
         * status 429. This limit does not apply in open mode. Default: 200.
         */
        @WithDefault("200")
        int maxEventStreamsPerCaller();

        /**
         * Maximum number of concurrent requests from one caller to one gateway, not counting event streams. Beyond the
         * limit, requests are refused with status 429. The limit for all callers together is {@code
         * quarkus.thread-pool.max-threads}; further requests wait. Default: 64.
         */
        @WithDefault("64")
        int maxRequestsPerCaller();

        /**
         * Maximum total size, in bytes, of the JSON bodies that a gateway holds in memory until it has answered their
         * requests. Beyond the limit, requests are refused with status 503. Default: 67108864 (64 MiB).
         */
        @WithDefault("67108864")
        long maxBodyBytes();

        /**
         * Per-caller limit for {@link #maxBodyBytes}. Beyond the limit, requests are refused with status 429. Default:
         * 33554432 (32 MiB).
         */
        @WithDefault("33554432")
        long maxBodyBytesPerCaller();

        /**
         * Minimum average transfer rate of request and response bodies, in bytes per second. Slower requests are
         * refused with status 408, and slower responses are aborted. Default: 16384.
         */
        @WithDefault("16384")
        int minBodyBytesPerSecond();

        /** Time allowed for a request body in addition to its size divided by the minimum rate. Default: 10s. */
        @WithDefault("10s")
        Duration bodyGracePeriod();

        /** Maximum number of pixels, width times height, per image. Default: 1048576. */
        @WithDefault("1048576")
        long maxPixels();

        /**
         * Maximum number of pixels per image, as a multiple of the number of pixels at the model's default size; 1 to
         * 1000. A step cannot be interrupted, so much larger images delay the requests of other callers. Default: 4.
         */
        @WithDefault("4")
        int maxSizeRatio();

        /**
         * Maximum size, in bytes, of the image files of a request together: the init image, its mask, and the condition
         * images. 1 to 15000000, because a JSON string cannot exceed 20 million characters. The size limit for the body
         * of a generation request grows with this limit. Default: 8388608 (8 MiB).
         */
        @WithDefault("8388608")
        int maxInitImageBytes();

        /**
         * Maximum number of pixels, width times height, of an init image, mask or condition image before it is resized;
         * 1 to 16777216. Default: 4194304.
         */
        @WithDefault("4194304")
        int maxInitImagePixels();

        /** Maximum size of an adapter file, in bytes. Default: 536870912 (512 MiB). */
        @WithDefault("536870912")
        long maxAdapterBytes();

        /**
         * Maximum total size, in bytes, of the images of requests and the adapters that one caller stores within a day;
         * at least 1. Each gateway counts separately. Files that are already stored do not count. Beyond the limit,
         * files are refused with status 429. This limit does not apply in open mode. Default: 4294967296 (4 GiB).
         */
        @WithDefault("4294967296")
        long maxStoredBytesPerCaller();
    }

    Webhooks webhooks();

    /** Webhooks: calls to clients when their generations finish. */
    interface Webhooks {
        /**
         * Secret from which each caller's signing secret is derived: {@code whsec_} followed by 24 to 64 random
         * bytes in base64. Default: none, which disables webhooks.
         */
        Optional<String> secret();

        /**
         * Previous secret. While it is set, calls are signed with both secrets, so that receivers can switch to the
         * new secret. Default: none.
         */
        Optional<String> previousSecret();

        /**
         * Origins, such as {@code http://hooks.internal:9000}, that can be called without TLS and at private addresses.
         * Calls to all other origins must use https and public addresses. Default: none.
         */
        Optional<Set<String>> trustedOrigins();

        /** Timeout for one call, from the DNS lookup to the status of the response; 1ms to 10m. Default: 10s. */
        @WithDefault("10s")
        Duration timeout();

        /**
         * Pauses before the retries of a failed call; there are as many retries as pauses. Default: 5s, 30s, 2m, 10m.
         */
        @WithDefault("5s,30s,2m,10m")
        List<Duration> pauses();

        /**
         * Time limit for starting call attempts, counted from the time at which the gateway reads the result; 1ms to
         * 1d. The limit is necessary because many calls to an unresponsive host delay each other. Default: 30m.
         */
        @WithDefault("30m")
        Duration giveUpAfter();

        /** Maximum number of concurrent calls; 1 to 1000. Further calls wait. Default: 64. */
        @WithDefault("64")
        int maxConcurrentCalls();

        /** Per-host limit for {@link #maxConcurrentCalls}; 1 to 1000. Default: 4. */
        @WithDefault("4")
        int maxConcurrentCallsPerHost();
    }

    /** The endpoint compatible with OpenAI's image API. */
    interface Openai {
        /** How long a request waits for its images before it fails with status 504. Default: 10m. */
        @WithDefault("10m")
        Duration timeout();
    }

    /** The endpoints compatible with the API of AUTOMATIC1111's web UI. */
    interface Sdapi {
        /**
         * Whether to serve the endpoints under {@code /sdapi/v1/}. A request to them waits for its images for at most
         * {@code lorafleet.openai.timeout}. Default: false.
         */
        @WithDefault("false")
        boolean enabled();
    }

    /** Authentication and authorization. */
    interface Security {
        /**
         * Path of the API key file, which {@code fleet key create} writes. The file must be owned by the gateway's user
         * or by root and have mode 0600, or be owned by root and the gateway's group and have mode 0440; otherwise, the
         * gateway does not start. With neither this setting nor {@code quarkus.oidc.tenant-enabled}, the gateway runs
         * in open mode: it requires no authentication, and accepts connections from this machine only. Default: none.
         */
        Optional<Path> apiKeys();

        /**
         * Host names, without ports, that are allowed in the Host header of a request, in addition to localhost and the
         * loopback addresses. Default: none, which allows any name, or only the names of this machine in open mode.
         */
        Optional<Set<String>> allowedHosts();

        /**
         * Prefix of the roles in tokens, such as {@code lorafleet-}. The gateway ignores roles without the
         * prefix, so another application's roles grant no permissions. Default: none.
         */
        Optional<String> tokenRolePrefix();
    }
}
