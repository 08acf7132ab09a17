// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to start one service.
 *
 * @param environment all of the process's variables
 * @param log file for its output
 * @param readiness answers 200 once it is ready
 */
record ServiceSpec(String name, List<String> command, Map<String, String> environment, Path log, URI readiness) {
    ServiceSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
