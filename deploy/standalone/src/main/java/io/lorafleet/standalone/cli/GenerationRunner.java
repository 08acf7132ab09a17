// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.Response;
import io.lorafleet.standalone.client.Retries;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Creates generations, waits for them and saves their images. Several threads can use it. */
final class GenerationRunner {
    private final GatewayClient gateway;
    private final Retries retries;
    private final ImageFiles files;
    /** IDs of the generations that this command waits for. */
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    GenerationRunner(GatewayClient gateway, Retries retries, ImageFiles files) {
        this.gateway = gateway;
        this.retries = retries;
        this.files = files;
    }

    /** @param stem name of the files without extension, if the user has not named a file */
    GenerationOutcome generate(ObjectNode request, String stem, GenerationFollower.Progress progress)
            throws IOException, InterruptedException {
        String id;
        try {
            id = gateway.create(request, retries).value().id();
        } catch (FleetException e) {
            return new GenerationOutcome.Problem(e);
        }
        running.add(id);
        try {
            return finish(id, stem, progress);
        } finally {
            running.remove(id);
        }
    }

    /** Creates a generation, and does not wait for it. */
    GenerationOutcome submit(ObjectNode request) throws InterruptedException {
        try {
            return new GenerationOutcome.Accepted(gateway.create(request, retries));
        } catch (FleetException e) {
            return new GenerationOutcome.Problem(e);
        }
    }

    /** Waits for a generation and saves its images. */
    GenerationOutcome finish(String id, String stem, GenerationFollower.Progress progress)
            throws IOException, InterruptedException {
        try {
            Response<GenerationStatus> finished = new GenerationFollower(gateway, progress).follow(id);
            if (!finished.value().isSucceeded()) {
                return new GenerationOutcome.Ended(finished);
            }
            List<GenerationStatus.Image> images = finished.value().images();
            List<Path> saved = new ArrayList<>();
            for (GenerationStatus.Image image : images) {
                byte[] content = gateway.image(image, files.format(), files.quality());
                saved.add(files.write(stem, image.index(), images.size(), content));
            }
            return new GenerationOutcome.Saved(finished, saved);
        } catch (FleetException e) {
            return new GenerationOutcome.Problem(e);
        }
    }

    /** Cancels what is running: after Ctrl-C, nobody waits for the images. */
    void cancelAll() {
        for (String id : running) {
            try {
                gateway.cancel(id);
                System.err.println("fleet: generation " + id + " was cancelled");
            } catch (FleetException e) { // Ctrl-C may also have stopped the gateway
                System.err.println("fleet: generation " + id + " could not be cancelled; a worker may still finish it");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
