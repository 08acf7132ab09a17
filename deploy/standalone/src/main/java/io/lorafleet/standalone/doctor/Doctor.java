// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.doctor;

import io.lorafleet.standalone.supervisor.FleetSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks whether a fleet with some settings could start on this machine. Changes nothing. */
public final class Doctor {
    private Doctor() {}

    /** @param environment environment variables, which can contain settings of workers */
    public static List<Finding> examine(FleetSettings settings, Map<String, String> environment) throws IOException {
        Machine machine = new Machine(Path.of("/proc"));
        FleetChecks fleet = new FleetChecks(settings);
        int workers = settings.workers()
                + settings.pools().stream().mapToInt(pool -> pool.workers()).sum();
        List<Finding> findings = new ArrayList<>();
        findings.add(Machine.java(Runtime.version().feature()));
        findings.add(Machine.system(System.getProperty("os.name"), System.getProperty("os.arch")));
        findings.add(machine.processor());
        findings.add(machine.memory(workers, fleet.modelBytes()));
        findings.add(Machine.disk(settings.data()));
        findings.add(fleet.services());
        findings.add(fleet.model());
        findings.addAll(fleet.ports());
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / workers);
        findings.addAll(EngineChecks.of(threads, environment));
        return findings;
    }
}
