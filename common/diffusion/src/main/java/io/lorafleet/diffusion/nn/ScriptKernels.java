package io.lorafleet.diffusion.nn;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * PyTorch's own operations, through a TorchScript module that {@code src/main/python/kernels.py} makes. One call costs
 * some 20 microseconds more than an operation of DJL's.
 */
final class ScriptKernels implements Kernels {
    private static final String MODULE = "kernels.pt";

    private final PtSymbolBlock module;
    /** Owns the module, and the numbers and names that go with the calls; lives as long as the process. */
    private final NDManager constants;

    private final Map<Float, NDArray> numbers = new ConcurrentHashMap<>();
    private final Map<String, NDArray> methods = new ConcurrentHashMap<>();

    private ScriptKernels(PtSymbolBlock module, NDManager constants) {
        this.module = module;
        this.constants = constants;
    }

    static ScriptKernels load() throws IOException {
        NDManager constants = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        // The executor would specialise the module anew for each shape that it meets.
        JniUtils.setGraphExecutorOptimize(false);
        try (InputStream in = ScriptKernels.class.getResourceAsStream(MODULE)) {
            if (in == null) {
                throw new IOException(MODULE + " is not there");
            }
            return new ScriptKernels(JniUtils.loadModule((PtNDManager) constants, in, false, false), constants);
        }
    }

    @Override
    public NDArray attention(NDArray q, NDArray k, NDArray v, int heads) {
        return call("attention", q, k, v, number(heads));
    }

    @Override
    public NDArray groupNorm(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon) {
        return call("group_norm", x, scale, shift, number(groups), number(epsilon));
    }

    @Override
    public NDArray groupNormSilu(NDArray x, NDArray scale, NDArray shift, int groups, float epsilon) {
        return call("group_norm_silu", x, scale, shift, number(groups), number(epsilon));
    }

    @Override
    public NDArray geglu(NDArray x) {
        return call("geglu", x);
    }

    @Override
    public NDArray addLowRank(NDArray y, NDArray x, NDArray a, NDArray b) {
        return call("add_low_rank", y, x, a, b);
    }

    /** On the CPU, wherever the arrays are: reading it there waits for nothing. */
    private NDArray number(float value) {
        return numbers.computeIfAbsent(value, constants::create);
    }

    /** DJL takes the name of the last argument for that of the method. */
    private NDArray named(String method) {
        return methods.computeIfAbsent(method, key -> {
            NDArray name = constants.create(0);
            name.setName("module_method:" + key);
            return name;
        });
    }

    private NDArray call(String method, NDArray... arguments) {
        NDList inputs = new NDList(arguments);
        inputs.add(named(method));
        // As in training, so that gradients flow; nothing is recorded while no weight asks for them.
        return IValueUtils.forward(module, inputs, true).singletonOrThrow();
    }
}
