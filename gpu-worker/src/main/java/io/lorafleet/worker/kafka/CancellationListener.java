// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.worker.job.Cancellations;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/** Hears every cancellation, also those from before this worker came up: their requests may still be waiting. */
@ApplicationScoped
class CancellationListener {
    private static final Logger LOG = Logger.getLogger(CancellationListener.class);

    private final Cancellations cancellations;

    CancellationListener(Cancellations cancellations) {
        this.cancellations = cancellations;
    }

    @Incoming("control")
    void hear(byte[] json) {
        try {
            cancellations.cancel(Json.read(json, CancelGeneration.class).requestId());
        } catch (InvalidMessageException e) {
            LOG.warnf("a record on the control topic is passed over: %s", e.getMessage());
        }
    }
}
