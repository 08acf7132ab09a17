// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.weights.PipelineFolder;
import io.lorafleet.diffusion.weights.Weights;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** A student all of whose weights learn: what one of low rank is compared with. */
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

    /** Begins as the base. @param folder a pipeline folder @return to be closed by the caller */
    public static FullStudent open(Path folder, NDManager parent) {
        PipelineFolder pipeline = PipelineFolder.open(folder);
        return new FullStudent(
                UNetConfig.of(pipeline.config("unet")),
                owner -> new Weights("unet", pipeline.weights("unet"), DataType.FLOAT32, owner),
                parent);
    }

    /** Begins with weights drawn at random: to measure. @return to be closed by the caller */
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
