// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What can be configured of a gateway, beside Quarkus' own keys and {@code kafka.bootstrap.servers}. */
@ConfigMapping(prefix = "lorafleet")
public interface GatewayConfig {

    /** Put before the name of every topic, so that fleets can share a cluster. None by default. */
    Optional<String> topicPrefix();

    Storage storage();

    Gateway gateway();

    Limits limits();

    Openai openai();

    Security security();

    /** Generations that a gateway remembers; beyond, it forgets the finished ones first. */
    @WithDefault("10000")
    int rememberedGenerations();

    /** The blob store. */
    interface Storage {
        /** The directory that gateways, workers and trainer share. Required. */
        Path directory();

        /**
         * Bytes that stay free on the directory's file system for what workers and trainer write. Init images and
         * adapters that would leave less are refused with 507. 1 GiB by default.
         */
        @WithDefault("1073741824")
        long minFreeBytes();
    }

    /** What concerns the gateway alone. */
    interface Gateway {
        /**
         * A directory on this gateway's disk below which {@code /v1/load_lora_adapter} may read. None by default: then
         * adapters come in by upload only.
         */
        Optional<Path> adapterDirectory();

        /**
         * How long the gateway waits for the result of a request that the workers' share group has acknowledged or dropped.
         * If none arrives, it publishes the request again. The time doubles with every copy, at most five times. The gateway
         * polls the share group's offsets twice within it.
         */
        @WithDefault("6s")
        Duration droppedRequestPatience();
    }

    /** What one client may ask for. The messages' own limits hold in any case. */
    interface Limits {
        /** Characters of a prompt, and of a negative prompt. */
        @WithDefault("1000")
        int maxPromptLength();

        /** Sampler steps of one image. */
        @WithDefault("200")
        int maxSteps();

        /** Images of one request. */
        @WithDefault("8")
        int maxCount();

        /**
         * UNet evaluations that may be waiting or under way in the whole fleet, counted in images of the model's own
         * size: one of four times the pixels counts four times. Beyond, orders are refused with 429 until there is room.
         */
        @WithDefault("100000")
        long maxQueuedEvaluations();

        /** Likewise, of one caller's alone. In open mode nobody is told from another, and this does not apply. */
        @WithDefault("25000")
        long maxQueuedEvaluationsPerCaller();

        /** Requests that may be waiting or under way in the whole fleet: fewer than are remembered. */
        @WithDefault("5000")
        int maxQueuedRequests();

        /** Likewise, of one caller's alone, of both priorities together. */
        @WithDefault("1250")
        int maxQueuedRequestsPerCaller();

        /** Streams of events that one gateway holds open. Beyond, a further one is refused with 429. */
        @WithDefault("2000")
        int maxEventStreams();

        /** Likewise, of one caller's alone. */
        @WithDefault("200")
        int maxEventStreamsPerCaller();

        /**
         * Requests of one caller that may be under way at a time in one gateway, beside event streams. Beyond, a further one
         * is refused with 429. Of all callers, it is as many as {@code quarkus.thread-pool.max-threads}; others wait.
         */
        @WithDefault("64")
        int maxRequestsPerCaller();

        /** Bytes of JSON bodies that one gateway holds in memory until they are answered. Beyond, it answers 503. */
        @WithDefault("67108864")
        long maxBodyBytes();

        /** Likewise, of one caller's alone. Beyond, a further one is refused with 429. */
        @WithDefault("33554432")
        long maxBodyBytesPerCaller();

        /**
         * Bytes of a body that must come in a second, on the average, and of an answer that must be taken; a slower one is
         * cut off.
         */
        @WithDefault("16384")
        int minBodyBytesPerSecond();

        /** What a body may take beside that. */
        @WithDefault("10s")
        Duration bodyPatience();

        /** Width times height of one image. */
        @WithDefault("1048576")
        long maxPixels();

        /**
         * Size of an init image's file. It comes as base64 in the body of an order, whose limit follows this one. At most
         * 15000000, because no text in a body may be longer than 20 million characters.
         */
        @WithDefault("8388608")
        int maxInitImageBytes();

        /** Width times height of an init image, before it is resized. */
        @WithDefault("4194304")
        int maxInitImagePixels();

        /** Size of an uploaded adapter. */
        @WithDefault("536870912")
        long maxAdapterBytes();

        /**
         * Bytes of init images and adapters that one caller may store within a day, as each gateway counts them; beyond,
         * they are refused with 429. What is stored already counts nothing. No limit where nobody has to say who he is.
         */
        @WithDefault("4294967296")
        long maxStoredBytesPerCaller();
    }

    Webhooks webhooks();

    /** Calls that tell clients of finished generations. */
    interface Webhooks {
        /**
         * {@code whsec_} and 24 to 64 random bytes in base64. What calls are signed with comes of it, for each caller another
         * secret. Without it there are no calls.
         */
        Optional<String> secret();

        /**
         * The secret before this one. While it is set, calls have signatures by both, so that callers can change over. None by
         * default.
         */
        Optional<String> previousSecret();

        /**
         * Origins, such as {@code http://hooks.internal:9000}, that may be called without TLS and at private addresses. Others
         * are called by https only, and at public addresses. None by default.
         */
        Optional<Set<String>> trustedOrigins();

        /** For one call, from the look-up of the name to the answer's status. */
        @WithDefault("10s")
        Duration timeout();

        /** Before each of the further attempts, when a call fails. */
        @WithDefault("5s,30s,2m,10m")
        List<Duration> pauses();

        /**
         * After a gateway was told of the generation's end. From then on no attempt begins, even if there are some left: many
         * calls to a host that does not answer wait for each other.
         */
        @WithDefault("30m")
        Duration giveUpAfter();

        /** Calls under way at once. Others wait for their turn. */
        @WithDefault("64")
        int maxConcurrentCalls();

        /** Likewise, to one host. */
        @WithDefault("4")
        int maxConcurrentCallsPerHost();
    }

    /** The endpoint that takes OpenAI's requests. */
    interface Openai {
        /** How long a client is kept waiting for its images. */
        @WithDefault("10m")
        Duration timeout();
    }

    /** Who may do what. */
    interface Security {
        /**
         * The file that {@code fleet key create} writes. Without it, and without {@code quarkus.oidc.tenant-enabled},
         * everybody may do everything, and only this machine can connect. It belongs to the gateway's user or to root,
         * and nobody else can open it (mode 0600): otherwise the gateway does not start.
         */
        Optional<Path> apiKeys();

        /**
         * Host names, without ports, that requests may be for, beside localhost and the loopback addresses. None by
         * default: then in open mode only those of this machine will do, and else any name.
         */
        Optional<Set<String>> allowedHosts();

        /**
         * What a token's roles begin with, such as {@code lorafleet-}, so that another application's role of the same name
         * allows nothing here. None by default.
         */
        Optional<String> tokenRolePrefix();
    }
}
