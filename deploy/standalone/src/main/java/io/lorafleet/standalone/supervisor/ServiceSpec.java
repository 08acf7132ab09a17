// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The command that starts a service.
 *
 * @param environment all environment variables of the process
 * @param log file for the process's output
 * @param readiness URL that returns 200 when the service is ready
 */
record ServiceSpec(String name, List<String> command, Map<String, String> environment, Path log, URI readiness) {
    ServiceSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
