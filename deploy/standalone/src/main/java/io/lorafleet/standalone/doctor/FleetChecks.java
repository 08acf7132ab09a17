// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.doctor;

import io.lorafleet.broker.Ports;
import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.cli.option.Words;
import io.lorafleet.standalone.supervisor.FleetSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Checks of what a fleet needs: services, a model and ports. */
record FleetChecks(FleetSettings settings) {
    private static final List<String> SERVICES = List.of("gateway", "gpu-worker", "trainer");

    Finding services() {
        List<String> missing = SERVICES.stream()
                .filter(service ->
                        !Files.exists(settings.root().resolve(service).resolve("target/quarkus-app/quarkus-run.jar")))
                .toList();
        return missing.isEmpty()
                ? Finding.ok("services", "The gateway, the worker and the trainer are built.")
                : Finding.problem(
                        "services",
                        String.join(", ", missing) + (missing.size() == 1 ? " is" : " are") + " not built in "
                                + settings.root() + ". In a checkout, run " + CommandName.quoted("up")
                                + " to build them.");
    }

    Finding model() {
        try {
            Pipelines.open(settings.model());
            return Finding.ok(
                    "model",
                    settings.model() + " can be used; the size of its weights is " + Words.bytes(modelBytes()) + ".");
        } catch (ModelFileException e) {
            return Finding.problem("model", "The model cannot be used. " + e.getMessage());
        }
    }

    /** @return the size of the weights, or 0 if there are none */
    long modelBytes() {
        if (!Files.exists(settings.model())) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(settings.model())) {
            long bytes = 0;
            // In a folder, each component has its own folder; beside them can be other tensors.
            for (Path file : files.filter(path -> path.toString().endsWith(".safetensors"))
                    .filter(path -> !settings.model().equals(path.getParent()))
                    .toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException e) {
            return 0;
        }
    }

    List<Finding> ports() {
        List<Finding> findings = new ArrayList<>();
        findings.add(port("gateway port", settings.port(), "--port"));
        if (settings.bootstrap() == null) {
            findings.add(port("broker port", settings.brokerPort(), "--broker-port"));
        }
        return findings;
    }

    private static Finding port(String check, int port, String option) {
        return Ports.isFree(port)
                ? Finding.ok(check, "Port " + port + " is free.")
                : Finding.problem(
                        check,
                        "Port " + port + " is in use, perhaps by a running fleet. Stop the process that uses it, or use"
                                + " another port with " + option + ".");
    }
}
