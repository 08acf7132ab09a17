// SPDX-License-Identifier: Apache-2.0
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
 * A TorchScript module from this package's resources; it lives as long as the process. One call costs some 5
 * microseconds more than an operation of DJL's.
 */
final class ScriptModule {
    private final PtSymbolBlock block;
    /** Owns the module, and the numbers and names that go with the calls. */
    private final NDManager constants;

    private final Map<Float, NDArray> numbers = new ConcurrentHashMap<>();
    private final Map<String, NDArray> methods = new ConcurrentHashMap<>();

    /** @throws IOException if it is not there; what PyTorch throws if it lacks an operation that the module uses */
    ScriptModule(String resource) throws IOException {
        constants = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        // The executor would specialise the module anew for each shape that it meets.
        JniUtils.setGraphExecutorOptimize(false);
        try (InputStream in = ScriptModule.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(resource + " is not there");
            }
            block = JniUtils.loadModule((PtNDManager) constants, in, false, false);
        }
    }

    /** @return attached to the first argument's manager */
    NDArray call(String method, NDArray... arguments) {
        NDList inputs = new NDList(arguments);
        inputs.add(named(method));
        // As in training, so that gradients flow; nothing is recorded while no array asks for them.
        return IValueUtils.forward(block, inputs, true).singletonOrThrow();
    }

    /** @return a number as an argument. On the CPU, wherever the arrays are: reading it there waits for nothing */
    NDArray number(float value) {
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
}
