// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.history.ClientEvent.Downloaded;
import io.lorafleet.standalone.history.ClientEvent.Observed;
import io.lorafleet.storage.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Asks one gateway for each generation until the generation has ended, then downloads its images. */
public final class GatewayPoller {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final GatewayCalls gateway;
    private final Recorder recorder;
    private final Map<String, Observed> last = new HashMap<>();

    public GatewayPoller(GatewayCalls gateway, Recorder recorder) {
        this.gateway = gateway;
        this.recorder = recorder;
    }

    /** Polls until told to stop. As behind a load balancer, a gateway that is not ready gets no calls. */
    public void run(BooleanSupplier stop) throws InterruptedException {
        while (!stop.getAsBoolean()) {
            if (gateway.isReady()) {
                for (String id : recorder.known()) {
                    Observed before = last.get(id);
                    if (!stop.getAsBoolean() && (before == null || !before.ended())) {
                        poll(id, before);
                    }
                }
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private void poll(String id, @Nullable Observed before) throws InterruptedException {
        Observed now = gateway.observe(id, recorder);
        if (now == null || before != null && now.status().equals(before.status())) {
            return;
        }
        recorder.record(source(), now);
        last.put(id, now);
        if (now.ended()) {
            download(id);
        }
    }

    /** Asks for all generations, including those that have already ended. */
    public void askForAll() throws InterruptedException {
        for (String id : recorder.known()) {
            Observed now = gateway.observe(id, recorder);
            if (now != null) {
                recorder.record(source(), now);
            }
        }
    }

    /**
     * Downloads the images of a generation.
     *
     * @return the statuses of the responses
     */
    public List<Integer> download(String id) throws InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        GatewayCalls.Answer answer = gateway.get("/v1/generations/" + id);
        if (answer.status() != 200) {
            return statuses;
        }
        for (JsonNode image : answer.json().path("images")) {
            GatewayCalls.Answer png = gateway.get(image.path("url").asText());
            statuses.add(png.status());
            if (png.status() != 0) {
                String sha256 = png.status() == 200 ? Sha256.of(png.body()) : null;
                int index = image.path("index").asInt();
                recorder.record(
                        source(), new Downloaded(recorder.now(), gateway.name(), id, index, png.status(), sha256));
            }
        }
        return statuses;
    }

    private String source() {
        return "clients-of-" + gateway.name();
    }
}
