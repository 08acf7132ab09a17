// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.pytorch.jni.JniUtils;

/** Settings of the PyTorch engine, which it reads once, when it is first used. */
public final class TorchSettings {
    private TorchSettings() {}

    /**
     * To be called before anything else of this module. Nothing is ever downloaded, and DJL's report home stays off.
     *
     * @param threads that one operation may use; on the CPU, another number may change the last bits of a result
     */
    public static void configure(int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        // One operation runs at a time.
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    }

    /**
     * Makes ready the thread that calls it, one that computes with models. TorchScript's executor would specialise its
     * modules anew for each shape that it meets, and can be told not to only by the thread itself.
     */
    public static void prepareThread() {
        JniUtils.setGraphExecutorOptimize(false);
    }

    /** A thread that computes with models. */
    public static Thread thread(String name, Runnable task) {
        Runnable prepared = () -> {
            prepareThread();
            task.run();
        };
        return new Thread(prepared, name);
    }
}
