// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ways in which a service of a run differs from the others.
 *
 * @param clock how far its clock is ahead; may be negative
 * @param debugger whether the run can stop or delay individual threads of the service
 * @param build repository with another build of the service; null for the same build as the other services
 * @param config additional configuration
 */
public record ServiceSettings(
        Duration clock, boolean debugger, @Nullable Path build, Map<String, String> config) {
    static final ServiceSettings USUAL = new ServiceSettings(Duration.ZERO, false, null, Map.of());

    public static ServiceSettings ofClock(Duration ahead) {
        return new ServiceSettings(ahead, false, null, Map.of());
    }

    public static ServiceSettings ofDebugger(Map<String, String> config) {
        return new ServiceSettings(Duration.ZERO, true, null, config);
    }

    public static ServiceSettings ofBuild(Path repository) {
        return new ServiceSettings(Duration.ZERO, false, repository, Map.of());
    }
}
