// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.load;

import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.history.ClientEvent.CancelAsked;
import io.lorafleet.standalone.history.ClientEvent.Outcome;
import io.lorafleet.standalone.history.ClientEvent.Submitted;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that submits one request after another. Like any careful client, it retries a failed call with the same
 * idempotency key, on any gateway.
 */
public final class Client {
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final double CANCELLED = 0.05;

    private final String name;
    private final List<GatewayCalls> gateways;
    private final Orders orders;
    private final Random random;
    private final Recorder recorder;

    public Client(String name, List<GatewayCalls> gateways, Orders orders, Random random, Recorder recorder) {
        this.name = name;
        this.gateways = gateways;
        this.orders = orders;
        this.random = random;
        this.recorder = recorder;
    }

    /** Submits requests until told to stop. */
    public void run(BooleanSupplier stop) throws InterruptedException {
        for (int i = 0; !stop.getAsBoolean(); i++) {
            boolean cancel = random.nextDouble() < CANCELLED;
            String id = submit(name + "-" + i, orders.next(random), false, stop);
            if (id != null && cancel) {
                GatewayCalls gateway = anyGateway();
                recorder.record(
                        name,
                        new CancelAsked(
                                recorder.now(),
                                gateway.name(),
                                id,
                                gateway.cancel(id).status()));
            }
            while (id != null && !recorder.hasEnded(id) && !stop.getAsBoolean()) {
                Thread.sleep(PAUSE.toMillis());
            }
        }
    }

    /** @return id of the accepted request; null if told to stop first */
    @Nullable
    public String submit(String key, byte[] body, boolean poison, BooleanSupplier stop) throws InterruptedException {
        while (!stop.getAsBoolean()) {
            String id = submitOnce(anyGateway(), key, body, poison);
            if (id != null) {
                return id;
            }
            Thread.sleep(PAUSE.toMillis());
        }
        return null;
    }

    /** @return id of the request, after a gateway has accepted it */
    public String submit(String key, byte[] body, boolean poison) throws InterruptedException {
        return Objects.requireNonNull(submit(key, body, poison, () -> false));
    }

    /** @return id of the request if the gateway accepted it, or null */
    @Nullable
    public String submitOnce(GatewayCalls gateway, String key, byte[] body, boolean poison)
            throws InterruptedException {
        long from = recorder.now();
        GatewayCalls.Answer answer = gateway.submit(key, body);
        boolean accepted = answer.status() == 202 || answer.status() == 200;
        Outcome outcome = accepted ? Outcome.ACCEPTED : answer.status() == 0 ? Outcome.UNKNOWN : Outcome.REFUSED;
        String id = accepted ? answer.json().path("id").asText() : null;
        recorder.record(
                name, new Submitted(recorder.now(), from, gateway.name(), key, id, outcome, answer.status(), poison));
        return id;
    }

    private GatewayCalls anyGateway() {
        return gateways.get(random.nextInt(gateways.size()));
    }
}
