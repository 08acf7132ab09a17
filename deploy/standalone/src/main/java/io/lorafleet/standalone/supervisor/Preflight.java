// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.broker.Ports;
import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.storage.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks a fleet's preconditions before the fleet starts. */
final class Preflight {
    private Preflight() {}

    /** @throws FleetException if a file is missing or a port is in use; the message names the option to change */
    static void check(FleetSettings settings) {
        requireModel("--model", settings.model());
        settings.pools().forEach(pool -> requireModel("--pool " + pool.name(), pool.model()));
        if (settings.controlNets() != null && !Files.isDirectory(settings.controlNets())) {
            throw new FleetException(
                    "--control-nets: expected a folder of ControlNets, found none at " + settings.controlNets());
        }
        if (settings.apiKeys() != null) {
            requireKeys(settings.apiKeys());
        }
        requireFree("--port", settings.port());
        if (settings.ownsBroker()) {
            if (settings.port() == settings.brokerPort()) {
                throw new FleetException(
                        "--port and --broker-port: expected different ports, found " + settings.port() + " for both");
            }
            requireFree("--broker-port", settings.brokerPort());
        }
    }

    private static void requireKeys(Path keys) {
        if (!Files.isReadable(keys)) {
            throw new FleetException("--api-keys: expected a readable file created by "
                    + CommandName.quoted("key create") + ", found none at " + keys);
        }
        try {
            OwnerOnly.objection(keys).ifPresent(objection -> {
                throw new FleetException("--api-keys: " + objection);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireModel(String option, Path model) {
        try {
            Pipelines.open(model);
        } catch (ModelFileException e) {
            throw new FleetException(option + ": " + e.getMessage());
        }
    }

    private static void requireFree(String option, int port) {
        if (!Ports.isFree(port)) {
            throw new FleetException(
                    "port " + port + " is in use: stop the process that uses it, or use another port with " + option);
        }
    }
}
