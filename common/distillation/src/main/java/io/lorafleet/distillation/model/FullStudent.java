// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.weights.Pipeline;
import io.lorafleet.diffusion.weights.Weights;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** A student that trains all UNet weights. It serves as a reference for LoRA students. */
public final class FullStudent implements Student {
    private final UNet unet;
    private final Map<String, NDArray> parameters;
    private final NDManager owner;

    private FullStudent(UNetConfig config, Function<NDManager, Weights> source, NDManager parent) {
        this.owner = parent.newSubManager();
        Weights weights = source.apply(owner).withUse(Weights.Use.LEARNING);
        this.unet = new UNet(config, weights);
        this.parameters = weights.learning();
    }

    /**
     * Creates a student that starts as a copy of the base.
     *
     * @param model pipeline folder or single-file checkpoint
     * @return a student that the caller must close
     */
    public static FullStudent open(Path model, NDManager parent) {
        Pipeline pipeline = Pipelines.open(model);
        return new FullStudent(
                UNetConfig.of(pipeline.config("unet")),
                owner -> new Weights("unet", pipeline.weights("unet"), DataType.FLOAT32, owner),
                parent);
    }

    /** Creates a student with random weights, for benchmarks. @return a student that the caller must close */
    public static FullStudent random(UNetConfig config, NDManager parent) {
        return new FullStudent(config, owner -> Weights.random("unet", DataType.FLOAT32, owner), parent);
    }

    @Override
    public UNet unet() {
        return unet;
    }

    @Override
    public Adaptation adaptation() {
        return Adaptation.NONE;
    }

    @Override
    public Map<String, NDArray> parameters() {
        return parameters;
    }

    @Override
    public void close() {
        owner.close();
    }
}
