// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.worker.job.Cancellations;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Reads all cancellations from the start of the topic, because a request cancelled before this worker started may still
 * be queued.
 */
@ApplicationScoped
class CancellationListener {
    private static final Logger LOG = Logger.getLogger(CancellationListener.class);

    private final Cancellations cancellations;

    CancellationListener(Cancellations cancellations) {
        this.cancellations = cancellations;
    }

    @Incoming("control")
    void onCancellation(byte[] json) {
        try {
            cancellations.cancel(Json.read(json, CancelGeneration.class).requestId());
        } catch (InvalidMessageException e) {
            LOG.warnf("Skipped an invalid record in the control topic: %s", e.getMessage());
        }
    }
}
