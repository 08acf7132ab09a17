// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.adapter.BadAdapterException;
import io.lorafleet.safetensors.adapter.PeftFiles;
import io.lorafleet.standalone.FleetException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;

/** A PEFT folder as a request body: one file, as the gateway stores it. */
final class PeftFolder {
    private PeftFolder() {}

    /** @throws FleetException if the folder does not contain an adapter of PEFT */
    static BodyPublisher body(Path folder) throws IOException {
        Path config = folder.resolve(PeftFiles.CONFIG);
        Path weights = folder.resolve(PeftFiles.WEIGHTS);
        if (!Files.isRegularFile(config) || !Files.isRegularFile(weights)) {
            throw new FleetException(folder + ": expected a folder with " + PeftFiles.CONFIG + " and "
                    + PeftFiles.WEIGHTS + ", found "
                    + (Files.isRegularFile(config) ? "no " + PeftFiles.WEIGHTS : "no " + PeftFiles.CONFIG));
        }
        byte[] settings = Files.readAllBytes(config);
        try {
            PeftFiles.Combined file = combined(settings, weights);
            file.content().close(); // each attempt to send the request opens the file
            return BodyPublishers.fromPublisher(
                    BodyPublishers.ofInputStream(() -> content(settings, weights)), file.bytes());
        } catch (BadSafetensorsException | BadAdapterException e) {
            throw new FleetException(folder + ": " + e.getMessage());
        }
    }

    private static InputStream content(byte[] config, Path weights) {
        try {
            return combined(config, weights).content();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (BadSafetensorsException | BadAdapterException e) {
            throw new FleetException(weights + ": changed during the upload: " + e.getMessage());
        }
    }

    private static PeftFiles.Combined combined(byte[] config, Path weights)
            throws IOException, BadSafetensorsException, BadAdapterException {
        InputStream in = new BufferedInputStream(Files.newInputStream(weights));
        boolean complete = false;
        try {
            PeftFiles.Combined file = PeftFiles.combine(config, in, Files.size(weights));
            complete = true;
            return file;
        } finally {
            if (!complete) {
                in.close();
            }
        }
    }
}
