// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Delta;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.lora.LoraAdapter.Hadamard;
import io.lorafleet.diffusion.lora.LoraAdapter.Kronecker;
import io.lorafleet.diffusion.lora.LoraAdapter.LowRank;

/** A change of a layer's weights as one matrix, for computations that need every value. */
final class DeltaWeights {
    private DeltaWeights() {}

    /** @param scope manager that owns the result @return the change (out, in) or (out, in k k), unscaled */
    static NDArray of(Delta delta, NDManager scope) {
        if (delta instanceof LowRank lowRank) {
            return product(lowRank, scope);
        }
        if (delta instanceof Hadamard hadamard) {
            return product(hadamard.first(), scope).mul(product(hadamard.second(), scope));
        }
        Kronecker kronecker = (Kronecker) delta;
        Shape p = kronecker.outer().shape();
        Shape m = kronecker.inner().shape();
        NDArray outer = array(kronecker.outer(), scope).reshape(p.get(0), 1, p.get(1), 1);
        NDArray inner = array(kronecker.inner(), scope).reshape(1, m.get(0), 1, -1);
        return outer.mul(inner).reshape(p.get(0) * m.get(0), -1);
    }

    private static NDArray product(LowRank lowRank, NDManager scope) {
        return array(lowRank.b(), scope).matMul(array(lowRank.a(), scope).reshape(lowRank.rank(), -1));
    }

    private static NDArray array(Factor factor, NDManager scope) {
        float[] values = new float[Math.toIntExact(factor.shape().size())];
        factor.values().get(0, values);
        return scope.create(values, factor.shape());
    }
}
