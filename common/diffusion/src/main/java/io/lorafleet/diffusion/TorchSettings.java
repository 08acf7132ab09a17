// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.pytorch.jni.JniUtils;

/** Settings of the PyTorch engine. The engine reads them once, when it is first used. */
public final class TorchSettings {
    private TorchSettings() {}

    /**
     * Configures the engine. Must be called before any other class of this module is used. Also turns off DJL's
     * downloads and usage reports.
     *
     * @param threads number of threads per operation; on the CPU, it may affect the last bits of a result
     */
    public static void configure(int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        // PyTorch runs one operation at a time.
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    }

    /**
     * Configures the calling thread for model computation: TorchScript must not specialize modules for each new shape.
     * The setting is per thread.
     */
    public static void prepareThread() {
        JniUtils.setGraphExecutorOptimize(false);
    }

    /** @return a thread configured for model computation */
    public static Thread thread(String name, Runnable task) {
        Runnable prepared = () -> {
            prepareThread();
            task.run();
        };
        return new Thread(prepared, name);
    }
}
