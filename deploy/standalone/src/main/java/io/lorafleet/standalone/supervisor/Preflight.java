// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.broker.Ports;
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
            throw new FleetException(
                    "--api-keys: expected a readable file created by 'deploy/fleet key create', found none at " + keys);
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
        if (!Files.isDirectory(model)) {
            throw new FleetException(option + ": folder not found: " + model
                    + "; expected a Stable Diffusion model in the diffusers layout");
        }
        if (!Files.isRegularFile(model.resolve("model_index.json"))) {
            throw new FleetException(option + ": no model_index.json in " + model
                    + "; expected a Stable Diffusion model in the diffusers layout, with the folders tokenizer, "
                    + "text_encoder, unet, vae and scheduler");
        }
    }

    private static void requireFree(String option, int port) {
        if (!Ports.isFree(port)) {
            throw new FleetException(
                    "port " + port + " is in use: stop the process that uses it, or use another port with " + option);
        }
    }
}
