// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Services whose fleet was killed before it could stop them. They hold ports, and would mix with the new ones. */
final class OrphanReaper {
    private OrphanReaper() {}

    /**
     * Ends every process that was started with this argument.
     *
     * @param limit from the polite request to stop until a process is killed
     */
    static void end(String argument, Duration limit, Consumer<String> say) {
        List<ProcessHandle> processes = ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .flatMap(Arrays::stream)
                        .anyMatch(argument::equals))
                .toList();
        for (ProcessHandle process : processes) {
            say.accept("stopping process " + process.pid() + ", which an earlier fleet left behind");
            process.destroy();
        }
        for (ProcessHandle process : processes) {
            process.onExit()
                    .completeOnTimeout(process, limit.toMillis(), TimeUnit.MILLISECONDS)
                    .join()
                    .destroyForcibly();
            process.onExit().join();
        }
    }
}
