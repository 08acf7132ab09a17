// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

import io.lorafleet.messages.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The facts about a run that {@code fleet check} needs. Written to {@value #FILE}.
 *
 * @param cell name of the cell
 * @param seed seed of the run
 * @param startedAt start time of the run
 * @param gateways names of the gateways
 * @param slots number of slots of each worker, by name
 * @param lock how long a worker may keep a request without renewing the lock
 * @param drainWithin time after the faults within which all earlier requests must end and each worker must start at
 *     least one request
 * @param innocentsWithin maximum time from acceptance to the end of a request that is not poison; checked only if the
 *     run has poison requests
 * @param judged names of the invariants for which the history must have evidence
 */
public record RunFacts(
        String cell,
        long seed,
        Instant startedAt,
        List<String> gateways,
        Map<String, Integer> slots,
        Duration lock,
        Duration drainWithin,
        Duration innocentsWithin,
        Set<String> judged) {
    private static final String FILE = "run.json";

    public void write(Path folder) throws IOException {
        Files.write(folder.resolve(FILE), Json.write(this));
    }

    public static RunFacts read(Path folder) throws IOException {
        return Json.read(Files.readAllBytes(folder.resolve(FILE)), RunFacts.class);
    }
}
