// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stops services left over from a killed fleet. They occupy ports and would interfere with a new fleet's services.
 */
final class OrphanReaper {
    private OrphanReaper() {}

    /**
     * Stops every process with this command-line argument.
     *
     * @param timeout time between asking a process to stop and killing it
     */
    static void end(String argument, Duration timeout, Consumer<String> notices) {
        List<ProcessHandle> processes = ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .flatMap(Arrays::stream)
                        .anyMatch(argument::equals))
                .toList();
        for (ProcessHandle process : processes) {
            notices.accept("stopping process " + process.pid() + ", left over from an earlier fleet");
            process.destroy();
        }
        for (ProcessHandle process : processes) {
            process.onExit()
                    .completeOnTimeout(process, timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .join()
                    .destroyForcibly();
            process.onExit().join();
        }
    }
}
