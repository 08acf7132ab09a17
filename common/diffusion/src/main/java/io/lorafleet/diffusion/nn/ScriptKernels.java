// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import java.io.IOException;

/** PyTorch's operations, through the TorchScript module that {@code src/main/python/kernels.py} creates. */
final class ScriptKernels implements Kernels {
    private final ScriptModule module;

    ScriptKernels() throws IOException {
        module = new ScriptModule("kernels.pt");
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, int heads) {
        return module.call("attention", q, k, v, module.number(heads));
    }

    @Override
    public NDArray groupNorm(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon) {
        return module.call("group_norm", x, scale, shift, module.number(groups), module.number(epsilon));
    }

    @Override
    public NDArray groupNormSilu(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon) {
        return module.call("group_norm_silu", x, scale, shift, module.number(groups), module.number(epsilon));
    }

    @Override
    public NDArray upsample(NDArray x, long height, long width) {
        return module.call("upsample", x, module.number(height), module.number(width));
    }

    @Override
    public NDArray geglu(NDArray x) {
        return module.call("geglu", x);
    }

    @Override
    public NDArray addLowRank(NDArray y, NDArray x, NDArray a, NDArray b) {
        return module.call("add_low_rank", y, x, a, b);
    }

    @Override
    public NDArray addLowRankPointwise(NDArray y, NDArray x, NDArray a, NDArray b) {
        return module.call("add_low_rank_pointwise", y, x, a, b);
    }
}
