package io.lorafleet.standalone;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * How to start one service.
 *
 * @param log file for its output
 * @param readiness answers 200 once it is ready
 */
record Launch(String name, List<String> command, Path log, URI readiness) {
    Launch {
        command = List.copyOf(command);
    }
}
