// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.weights.Weights;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers whose weights oneDNN packs for this processor once, when a model is loaded. The weights' manager owns the
 * packed copies; the original arrays may be closed. For inference only, because packed weights have no gradients.
 *
 * @see "src/main/python/packed.py"
 */
public final class PackedWeights {
    private static final Logger LOG = LoggerFactory.getLogger(PackedWeights.class);
    /** Null if the module cannot be loaded, for example because PyTorch was built without oneDNN. */
    private static final @Nullable ScriptModule MODULE = load();

    private PackedWeights() {}

    private static @Nullable ScriptModule load() {
        try {
            return new ScriptModule("packed.pt");
        } catch (Exception e) {
            LOG.warn("Cannot pack weights for this processor; using slower, unpacked weights", e);
            return null;
        }
    }

    /** @return whether these weights can be packed on this machine */
    static boolean support(Weights weights) {
        return !weights.use().recordsGradients()
                && weights.type() == DataType.FLOAT32
                && weights.device().equals(Device.cpu())
                && MODULE != null;
    }

    /**
     * @return whether weights can be packed as bfloat16 on this machine. {@code fleet bench engine} measures the speed
     *     of bfloat16
     */
    public static boolean supportBfloat16() {
        if (MODULE == null) {
            return false;
        }
        try (NDArray answer = MODULE.call("takes_bfloat16", MODULE.number(0))) {
            return answer.getBoolean();
        }
    }

    /** @return the module that packs weights; call this only if {@link #support} returned true */
    static ScriptModule module() {
        return Objects.requireNonNull(MODULE, "weights cannot be packed");
    }

    static NDArray rounded(Weights.Use use) {
        return module().number(use == Weights.Use.ROUNDED_INFERENCE ? 1 : 0);
    }

    /** @param weight (out, in) @param bias (out), or null @return W x + b */
    static UnaryOperator<NDArray> linear(NDArray weight, @Nullable NDArray bias, Weights.Use use) {
        ScriptModule module = module();
        NDArray packed = module.call("pack_linear", weight, rounded(use));
        return bias == null
                ? x -> module.call("linear_without_bias", x, packed)
                : x -> module.call("linear", x, packed, bias);
    }

    /** @param weight (out, in, k, k) @param bias (out) @return W * x + b */
    static UnaryOperator<NDArray> convolution(NDArray weight, NDArray bias, int stride, int padding, Weights.Use use) {
        if (weight.getShape().get(2) > 1 || stride > 1) {
            return new PackedConvolution(weight, bias, stride, padding, use);
        }
        try (NDArray matrix = weight.reshape(weight.getShape().get(0), -1)) {
            ScriptModule module = module();
            NDArray packed = module.call("pack_linear", matrix, rounded(use));
            return x -> module.call("pointwise", x, packed, bias);
        }
    }
}
