// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.worker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is and which model it holds. Gateways take the model's limits and defaults from it.
 *
 * <p>A worker says it again and again: one that has been silent for {@link #SILENCE_OF_THE_LOST} is taken for lost.
 *
 * @param device where the model is resident, such as {@code cpu()} or {@code gpu(0)}
 * @param slots requests that the worker holds at once
 * @param busySlots those that hold one now
 * @param batches of the steps since it was said last; null if there were none
 * @param residentAdapters {@code name@version} of those on the device, from the latest used
 * @param refusedAdapters versions that it cannot use, and why
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
        Instant at) {
    /** How often a worker says it, at least. */
    public static final Duration INTERVAL = Duration.ofSeconds(5);

    public static final Duration SILENCE_OF_THE_LOST = INTERVAL.multipliedBy(4);

    /** The most adapters of each list that a status names: it is sent often, and should stay small. */
    public static final int MAX_ADAPTERS_NAMED = 1000;

    /** Whether the worker takes requests. */
    public enum State {
        @JsonProperty("ready")
        READY,
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
    }

    /**
     * How full the batches are.
     *
     * @param rows of a batch on average
     * @param capacity rows that one may have, for images of the model's own size
     */
    public record Batches(double rows, int capacity) {
        public Batches {
            Check.range("batches.rows", 0, 1_000_000, rows);
            Check.range("batches.capacity", 1, 1_000_000, capacity);
        }
    }

    /**
     * A version that this worker cannot use.
     *
     * @param adapter {@code name@version}
     * @param reason for people: what was expected and what was found
     */
    public record RefusedAdapter(String adapter, String reason) {
        public RefusedAdapter {
            Check.present("adapter", adapter);
            Check.present("reason", reason);
        }
    }

    /**
     * The resident base model.
     *
     * @param name of the model's folder
     * @param fingerprint SHA-256 of the UNet's weights
     * @param sizeMultiple width and height must be multiples of this many pixels
     * @param defaultSize width and height of an image, in pixels, if the request names none
     * @param defaultSampler the one that the model's folder is configured for
     */
    public record BaseModel(
            String name, String fingerprint, int sizeMultiple, int defaultSize, SamplerName defaultSampler) {
        public BaseModel {
            Check.present("model.name", name);
            Check.sha256("model.fingerprint", fingerprint);
            Check.range("model.sizeMultiple", 1, GenerateImage.MAX_SIZE, sizeMultiple);
            Check.range("model.defaultSize", GenerateImage.MIN_SIZE, GenerateImage.MAX_SIZE, defaultSize);
            Check.present("model.defaultSampler", defaultSampler);
        }
    }
}
