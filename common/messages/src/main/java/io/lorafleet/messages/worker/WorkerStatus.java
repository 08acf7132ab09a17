// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.worker;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The status of a worker and its model. Gateways use the model's limits and defaults.
 *
 * <p>A worker sends its status at least once every {@link #INTERVAL}. A worker that has not sent its status for
 * {@link #LOST_TIMEOUT} is considered lost. When a worker stops, it deletes its status by publishing a tombstone, which
 * is a record without a value.
 *
 * @param workerId id of the worker
 * @param state whether the worker accepts requests
 * @param device device that the model is on, such as {@code cpu()} or {@code gpu(0)}
 * @param slots number of slots
 * @param busySlots number of slots that hold a request
 * @param batches occupancy of the batches since the previous status; null if there were none
 * @param model resident base
 * @param residentAdapters {@code name@version} of the adapters on the device, most recently used first
 * @param refusedAdapters versions that the worker cannot use, and the reasons
 * @param at time of the status
 * @param pool pool of the worker; null for the default pool
 * @param controlNets ControlNets of the worker, at most {@value #MAX_CONTROL_NETS}, ordered by name; null for none
 */
public record WorkerStatus(
        String workerId,
        State state,
        String device,
        int slots,
        int busySlots,
        @Nullable Batches batches,
        BaseModel model,
        List<String> residentAdapters,
        List<RefusedAdapter> refusedAdapters,
        Instant at,
        @Nullable String pool,
        @Nullable List<PinnedControlNet> controlNets) {
    /** Maximum time between two consecutive status records of a worker. */
    public static final Duration INTERVAL = Duration.ofSeconds(5);

    /** Time since its last status after which a worker is considered lost. */
    public static final Duration LOST_TIMEOUT = INTERVAL.multipliedBy(4);

    /** Maximum length of each adapter list. The limit keeps the status small, because workers send it often. */
    public static final int MAX_ADAPTERS_NAMED = 1000;

    /** Maximum number of ControlNets of a worker. */
    public static final int MAX_CONTROL_NETS = 100;

    /** Stable Diffusion XL has two text encoders. */
    private static final int MAX_TEXT_ENCODERS = 2;

    /** The states of a worker. */
    public enum State {
        /** The worker takes requests. */
        @JsonProperty("ready")
        READY,
        /** The worker finishes its requests and accepts no more. */
        @JsonProperty("draining")
        DRAINING,
        /**
         * The worker has stopped. Only earlier releases send this state: a worker that stops cleanly now deletes its
         * status instead.
         */
        @JsonProperty("stopped")
        STOPPED
    }

    public WorkerStatus {
        Check.id("workerId", workerId);
        Check.present("state", state);
        Check.present("device", device);
        Check.range("slots", 1, 1000, slots);
        Check.range("busySlots", 0, slots, busySlots);
        Check.present("model", model);
        residentAdapters = List.copyOf(Check.present("residentAdapters", residentAdapters));
        refusedAdapters = List.copyOf(Check.present("refusedAdapters", refusedAdapters));
        Check.present("at", at);
        if (pool != null) {
            PoolName.require("pool", pool);
        }
        if (controlNets != null) {
            Check.range("number of controlNets", 1, MAX_CONTROL_NETS, controlNets.size());
            controlNets = List.copyOf(controlNets);
        }
    }

    /** Creates the status of a worker in the default pool, without ControlNets. */
    public WorkerStatus(
            String workerId,
            State state,
            String device,
            int slots,
            int busySlots,
            @Nullable Batches batches,
            BaseModel model,
            List<String> residentAdapters,
            List<RefusedAdapter> refusedAdapters,
            Instant at) {
        this(
                workerId,
                state,
                device,
                slots,
                busySlots,
                batches,
                model,
                residentAdapters,
                refusedAdapters,
                at,
                null,
                null);
    }

    /** @return the ControlNets; empty for none */
    public List<PinnedControlNet> availableControlNets() {
        return controlNets == null ? List.of() : controlNets;
    }

    /** @return the name of the pool */
    public String poolName() {
        return PoolName.of(pool);
    }

    /**
     * The occupancy of the batches.
     *
     * @param rows mean number of rows in a batch
     * @param capacity maximum number of rows in a batch, for images of the model's default size
     */
    public record Batches(double rows, int capacity) {
        public Batches {
            Check.range("batches.rows", 0, 1_000_000, rows);
            Check.range("batches.capacity", 1, 1_000_000, capacity);
        }
    }

    /**
     * An adapter version that the worker cannot use.
     *
     * @param adapter {@code name@version}
     * @param reason human-readable reason
     */
    public record RefusedAdapter(String adapter, String reason) {
        public RefusedAdapter {
            Check.present("adapter", adapter);
            Check.present("reason", reason);
        }
    }

    /**
     * The sizes of a text encoder that adapters and requests must fit.
     *
     * @param width number of values that stand for a token
     * @param layers number of layers
     * @param tokens number of tokens that the text encoder takes at once, with the start token and the end token
     */
    public record TextEncoderShape(int width, int layers, int tokens) {
        private static final int START_AND_END = 2;

        public TextEncoderShape {
            Check.range("textEncoder.width", 1, 1_000_000, width);
            Check.range("textEncoder.layers", 1, 1000, layers);
            Check.range("textEncoder.tokens", START_AND_END + 1, 1_000_000, tokens);
        }

        /** @return the largest number of tokens of a prompt that are encoded at once */
        public int chunk() {
            return tokens - START_AND_END;
        }
    }

    /**
     * The resident base.
     *
     * @param name name of the model folder
     * @param fingerprint SHA-256 of the UNet's weight files
     * @param sizeMultiple width and height of an image must be multiples of this number of pixels
     * @param defaultSize width and height of images, in pixels, for requests that do not specify a size
     * @param defaultSampler sampler configured in the model folder, for requests that do not specify a sampler
     * @param inpainting whether every request needs an init image and a mask; null for no
     * @param textEncoders text encoders, of which SDXL has two; null if the worker's release did not describe them.
     *     Then gateways do not compare adapters and requests with them, and only the worker does
     */
    public record BaseModel(
            String name,
            String fingerprint,
            int sizeMultiple,
            int defaultSize,
            SamplerName defaultSampler,
            @Nullable Boolean inpainting,
            @Nullable List<TextEncoderShape> textEncoders) {
        public BaseModel {
            Check.present("model.name", name);
            Check.sha256("model.fingerprint", fingerprint);
            Check.range("model.sizeMultiple", 1, GenerateImage.MAX_SIZE, sizeMultiple);
            Check.range("model.defaultSize", GenerateImage.MIN_SIZE, GenerateImage.MAX_SIZE, defaultSize);
            Check.present("model.defaultSampler", defaultSampler);
            if (textEncoders != null) {
                Check.range("number of model.textEncoders", 1, MAX_TEXT_ENCODERS, textEncoders.size());
                textEncoders = List.copyOf(textEncoders);
            }
        }

        /** Creates the description of a base that needs no mask, and whose text encoders are not described. */
        public BaseModel(
                String name, String fingerprint, int sizeMultiple, int defaultSize, SamplerName defaultSampler) {
            this(name, fingerprint, sizeMultiple, defaultSize, defaultSampler, null, null);
        }

        /**
         * @return the largest {@code clipSkip} that the base supports: then the UNet receives the embeddings of the
         *     tokens, before the first layer. SDXL uses the states one layer before those of the other models. Empty if
         *     the text encoders are not described
         */
        public OptionalInt maxClipSkip() {
            if (textEncoders == null) {
                return OptionalInt.empty();
            }
            int layers = textEncoders.stream()
                    .mapToInt(TextEncoderShape::layers)
                    .min()
                    .orElseThrow();
            return OptionalInt.of(textEncoders.size() == 1 ? layers : layers - 1);
        }

        /** @return whether every request needs an init image and a mask */
        @JsonIgnore
        public boolean isInpainting() {
            return Boolean.TRUE.equals(inpainting);
        }
    }
}
