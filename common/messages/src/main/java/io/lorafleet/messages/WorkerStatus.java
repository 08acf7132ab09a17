package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * What a worker is and which model it holds. Gateways take the model's limits and defaults from it.
 *
 * @param device where the model is resident, such as {@code cpu()} or {@code gpu(0)}
 * @param slots requests that the worker holds at once
 */
public record WorkerStatus(String workerId, State state, String device, int slots, BaseModel model, Instant at) {

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
        Check.present("model", model);
        Check.present("at", at);
    }

    /**
     * The resident base model.
     *
     * @param name of the model's folder
     * @param fingerprint SHA-256 of the UNet's weights
     * @param sizeMultiple width and height must be multiples of this many pixels
     * @param defaultSize width and height of a picture, in pixels, if the request names none
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
